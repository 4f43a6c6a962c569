/** A ready device that takes part in the wallet of the Bitcoin tests, and PSBTs for it. */
import type { Psbt } from "bitcoinjs-lib";
import type { Client } from "../../host/driver/index.ts";
import { CHANGE, COIN, DRAFT, PAYMENT } from "../bitcoin/attacked-draft.ts";
import { buildPsbt, type DraftCoin } from "../bitcoin/psbt-fixture.ts";
import { HOT } from "../bitcoin/wallet-fixture.ts";
import { type Bench, type BenchOptions, createBench, settle } from "./bench-device.ts";
import { unwrap } from "./outcomes.ts";

/** The seed of the wallet's first key. */
export const DEVICE_SEED: Uint8Array = new Uint8Array(32).fill(1);

/** A device with keys, a client, and the wallet's id. */
export interface ReadyDevice {
  readonly bench: Bench;
  readonly client: Client;
  readonly walletId: Uint8Array;
}

/** A ready device with the hot wallet registered, whatever its buttons do afterwards. */
export const readyDevice = async (options: BenchOptions = {}): Promise<ReadyDevice> => {
  const bench = createBench({ seed: DEVICE_SEED, ...options });
  const client = await bench.connect();
  const asked = client.registerWallet(HOT.text);
  if (options.approve === "ask") {
    await settle();
    bench.press("yes");
  }
  return { bench, client, walletId: unwrap(await asked).walletId };
};

/** A PSBT of so many inputs that is not refused. */
export const psbtOf = (inputs: number): Psbt => {
  const coins = Array.from({ length: inputs }, (_, i): DraftCoin => ({ ...COIN, index: i }));
  const amountSats = inputs * COIN.amountSats - CHANGE.amountSats - 1000;
  return buildPsbt({ coins, outputs: [{ ...PAYMENT, amountSats }, CHANGE] });
};

/** The bytes of the draft that the Bitcoin tests attack, unattacked. */
export const draftBytes = (): Uint8Array => Uint8Array.from(buildPsbt(DRAFT).toBuffer());
