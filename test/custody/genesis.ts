/** A seed made by an emulator in process, its shares, and quotes of its later boots. */
import { createEmulator, type Emulator } from "../../hardware/emulator/index.ts";
import {
  type CustodianKey,
  formatShareFile,
  generateCustodianKey,
  parseQuote,
  parseShareFile,
} from "../../host/custody/index.ts";
import { unwrap } from "../driver/lines.ts";

/** Three custodians' shares of one device's seed, 2 of 3. */
export const genesis = async (given?: Emulator) => {
  const emulator = given ?? (await createEmulator());
  const keys: readonly CustodianKey[] = [0, 1, 2].map(() => generateCustodianKey());
  const client = await emulator.connect();
  const custodians = keys.map(({ publicKey }) => publicKey);
  const made = unwrap(await client.generateSeed({ custodians, threshold: 2 }));
  await client.close();
  return { emulator, keys, ...made };
};

/** A custodian's key and share of a genesis, as read from files. */
export const custodianOf = ({ keys, shares }: Awaited<ReturnType<typeof genesis>>, i: number) => {
  const [key, share] = [keys[i], shares[i]];
  if (key === undefined || share === undefined) throw new Error(`no custodian ${i}`);
  return { key, share: unwrap(parseShareFile(formatShareFile(share))) };
};

/** The quote of the device's present boot. */
export const quoteOf = async (emulator: Emulator) => {
  const client = await emulator.connect();
  const { quote } = unwrap(await client.getQuote({}));
  await client.close();
  return unwrap(parseQuote(quote));
};
