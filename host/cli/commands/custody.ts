/** `mayfly genesis`, `quote`, `provision`, `seal`: seeds into devices and out of them. */
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Failure, fail, type Outcome, ok } from "../../../protocol/errors.ts";
import {
  checkGenesis,
  formatShareFile,
  parseCustodian,
  parseShareFile,
} from "../../custody/index.ts";
import { fromHex, toBase64, toHex } from "../bytes.ts";
import { withDevice, withOwnDevice } from "../device.ts";
import { readText, writePrivate } from "../files.ts";
import { type Output, portWords } from "../output.ts";
import { answer, badOption, declare, PORT } from "../program.ts";

/** Reads every item, or names the first that is refused. */
const readAll = <T, U>(
  items: readonly T[],
  read: (item: T) => Outcome<U>,
  name: string,
): Outcome<readonly U[]> => {
  const values: U[] = [];
  for (const [i, item] of items.entries()) {
    const value = read(item);
    if (!value.ok) return fail(value.error, { ...value.details, [name]: i + 1 });
    values.push(value.value);
  }
  return ok(values);
};

interface GenesisOptions {
  readonly port: string;
  readonly custodian: readonly string[];
  readonly threshold: string;
  readonly out: string;
}

const makeFolder = (folder: string): Outcome<void> => {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return ok(undefined);
  } catch {
    return fail("file_unreadable", { file: folder });
  }
};

/** A file for each custodian. The name is the device's own word: it does not leave the folder. */
const shareFiles = (folder: string, device: string, count: number): readonly string[] => {
  const name = device.replaceAll(/[^\w-]/g, "_");
  return Array.from({ length: count }, (_, i) => join(folder, `${name}-${i + 1}.share`));
};

/** A seed whose shares found no place would be lost: their files must be free before it is made. */
const findPlaces = (folder: string, device: string, count: number): Outcome<readonly string[]> => {
  const files = shareFiles(folder, device, count);
  const taken = files.find((file) => existsSync(file));
  return taken === undefined ? ok(files) : fail("file_exists", { file: taken });
};

const writeShares = (
  files: readonly string[],
  shares: readonly Parameters<typeof formatShareFile>[0][],
): Outcome<void> => {
  for (const [i, share] of shares.entries()) {
    const written = writePrivate(files[i] ?? "", formatShareFile(share));
    if (!written.ok) return written;
  }
  return ok(undefined);
};

const genesis = async (options: GenesisOptions, output: Output): Promise<Outcome<unknown>> => {
  const custodians = readAll(options.custodian, parseCustodian, "custodian");
  if (!custodians.ok) return custodians;
  const threshold = /^\d{1,2}$/.test(options.threshold) ? Number(options.threshold) : 0;
  const isPossible = threshold >= 2 && threshold <= custodians.value.length;
  if (!isPossible) return fail("threshold_invalid", { threshold: options.threshold });
  const folder = makeFolder(options.out);
  if (!folder.ok) return folder;
  return withDevice(options.port, async (client): Promise<Outcome<unknown>> => {
    const status = await client.getStatus({});
    if (!status.ok) return status;
    const { name, bootId } = status.value;
    const request = {
      custodians: custodians.value.map(({ wrappingKey }) => wrappingKey),
      threshold,
    };
    const files = findPlaces(options.out, name, request.custodians.length);
    if (!files.ok) return files;
    const reply = await client.generateSeed(request);
    if (!reply.ok) return reply;
    const checked = checkGenesis({ ...request, device: name, bootId }, reply.value);
    const written = checked.ok ? writeShares(files.value, reply.value.shares) : checked;
    if (!written.ok) return written;
    const fingerprint = toHex(reply.value.fingerprint);
    output.say({ event: "genesis", fingerprint, shares: files.value }, [
      `A new seed, fingerprint ${fingerprint}: any ${threshold} of these shares bring it back.`,
      ...files.value.map((file) => `  ${file}`),
    ]);
    output.hint(`Next: mayfly quote${portWords(name)}`);
    return ok(undefined);
  });
};

/** `genesis`. */
export const genesisCommand = () =>
  declare("genesis", "make a seed on a device and write its sealed shares (emulators only)")
    .requiredOption("--port <port>", PORT)
    .requiredOption(
      "--custodian <public...>",
      "each custodian's public key, as mayfly custodian init printed it",
    )
    .requiredOption("--threshold <k>", "how many of them bring the seed back")
    .requiredOption("--out <folder>", "where the sealed shares go, a file for each custodian")
    .action((options) => answer(async (output) => genesis(options, output)));

const quote = async (port: string, nonce: string | undefined, output: Output) => {
  const bytes = nonce === undefined ? undefined : fromHex(nonce);
  if (nonce !== undefined && (bytes === undefined || bytes.length > 32)) {
    return badOption("--nonce", "not hex of at most 32 bytes");
  }
  return withDevice(port, async (client) => {
    const reply = await client.getQuote(bytes === undefined ? {} : { nonce: bytes });
    if (!reply.ok) return reply;
    const expires = new Date(Date.now() + reply.value.lifeMs).toISOString();
    const text = toBase64(reply.value.quote);
    output.say({ event: "quote", quote: text, expires }, [text]);
    output.hint("Next, each custodian: mayfly custodian approve QUOTE --share … --key … --out …");
    return ok(undefined);
  });
};

/** `quote`. */
export const quoteCommand = () =>
  declare("quote", "a sealed device's quote, to which custodians seal their shares")
    .requiredOption("--port <port>", PORT)
    .option("--nonce <hex>", "a custodian's nonce, to come back in the quote")
    .action((options) => answer((output) => quote(options.port, options.nonce, output)));

const readShare = (file: string): Outcome<ReturnType<typeof parseShareFile> & { ok: true }> => {
  const text = readText(file);
  if (!text.ok) return text;
  const share = parseShareFile(text.value);
  return share.ok ? ok(share) : fail("share_malformed", { file });
};

/** The device counts shares from 0; people know their files. */
const nameShare = (failure: Failure, files: readonly string[]): Failure => {
  const file = files[Number(failure.details?.["share"] ?? -1)];
  return file === undefined ? failure : fail(failure.error, { file });
};

const provision = async (port: string, files: readonly string[], output: Output) => {
  const shares = readAll(files, readShare, "share");
  if (!shares.ok) return shares;
  return withDevice(port, async (client) => {
    const reply = await client.submitShares({
      shares: shares.value.map(({ value }) => value.sealed),
    });
    if (!reply.ok) return nameShare(reply, files);
    const { phase, have, need, fingerprint } = reply.value;
    const shown = fingerprint === undefined ? {} : { fingerprint: toHex(fingerprint) };
    output.say({ event: "provisioned", phase, have, need, ...shown }, [
      fingerprint === undefined
        ? `${have} of ${need} shares: ${need - have} more to go.`
        : `Ready: fingerprint ${toHex(fingerprint)}.`,
    ]);
    return ok(undefined);
  });
};

/** `provision`. */
export const provisionCommand = () =>
  declare("provision", "submit shares that custodians sealed to a device's quote")
    .requiredOption("--port <port>", PORT)
    .requiredOption("--share <file...>", "what mayfly custodian approve wrote")
    .action((options) => answer((output) => provision(options.port, options.share, output)));

const seal = (port: string, output: Output) =>
  withOwnDevice(port, async (client) => {
    const status = await client.getStatus({});
    if (!status.ok) return status;
    const reply = await client.seal({});
    if (!reply.ok) return reply;
    const { name } = status.value;
    output.say({ event: "sealed", name }, [`${name} has wiped its keys and boots again, sealed.`]);
    return ok(undefined);
  });

/** `seal`. */
export const sealCommand = () =>
  declare("seal", "wipe a device's keys; it boots again, sealed")
    .requiredOption("--port <port>", PORT)
    .action((options) => answer((output) => seal(options.port, output)));
