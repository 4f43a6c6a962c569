/** `mayfly genesis`, `quote`, `provision`, `seal`: seeds into devices and out of them. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fail, type Outcome, ok } from "../../../protocol/errors.ts";
import { formatShareFile, parseCustodian, parseShareFile } from "../../custody/index.ts";
import { fromHex, toBase64, toHex } from "../bytes.ts";
import { withDevice } from "../device.ts";
import { readText, writePrivate } from "../files.ts";
import type { Output } from "../output.ts";
import { answer, declare } from "../program.ts";

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

const genesis = (
  options: GenesisOptions,
  output: Output,
): Promise<Outcome<unknown>> | Outcome<unknown> => {
  const custodians = readAll(options.custodian, parseCustodian, "custodian");
  if (!custodians.ok) return custodians;
  const threshold = /^\d{1,2}$/.test(options.threshold) ? Number(options.threshold) : 0;
  const isPossible = threshold >= 2 && threshold <= custodians.value.length;
  if (!isPossible) return fail("threshold_invalid", { threshold: options.threshold });
  const folder = makeFolder(options.out);
  if (!folder.ok) return folder;
  return withDevice(options.port, async (client) => {
    const status = await client.getStatus({});
    if (!status.ok) return status;
    const files = custodians.value.map((_, i) =>
      join(options.out, `${status.value.name}-${i + 1}.share`),
    );
    const reply = await client.generateSeed({ custodians: custodians.value, threshold });
    if (!reply.ok) return reply;
    for (const [i, share] of reply.value.shares.entries()) {
      const written = writePrivate(files[i] ?? "", formatShareFile(share));
      if (!written.ok) return written;
    }
    const fingerprint = toHex(reply.value.fingerprint);
    output.say({ event: "genesis", fingerprint, shares: files }, [
      `A new seed, fingerprint ${fingerprint}: any ${threshold} of these shares bring it back.`,
      ...files.map((file) => `  ${file}`),
      "The device is ready once they have done so: quote, approve, provision.",
    ]);
    return ok(undefined);
  });
};

/** `genesis`. */
export const genesisCommand = () =>
  declare("genesis", "make a seed on a device and write its sealed shares (emulators only)")
    .requiredOption("--port <port>", "path, device name or serial number")
    .requiredOption("--custodian <public...>", "custodians' public keys")
    .requiredOption("--threshold <k>", "how many custodians bring the seed back")
    .requiredOption("--out <folder>", "where the sealed shares go")
    .action((options) => answer(options, async (output) => genesis(options, output)));

const quote = async (port: string, nonce: string | undefined, output: Output) => {
  const bytes = nonce === undefined ? undefined : fromHex(nonce);
  if (nonce !== undefined && (bytes === undefined || bytes.length > 32)) {
    return fail("arguments_invalid", { option: "--nonce", why: "hex of at most 32 bytes" });
  }
  return withDevice(port, async (client) => {
    const reply = await client.getQuote(bytes === undefined ? {} : { nonce: bytes });
    if (!reply.ok) return reply;
    const expires = new Date(Date.now() + reply.value.lifeMs).toISOString();
    const text = toBase64(reply.value.quote);
    output.say({ event: "quote", quote: text, expires }, [text]);
    return ok(undefined);
  });
};

/** `quote`. */
export const quoteCommand = () =>
  declare("quote", "a sealed device's quote, for its custodians")
    .requiredOption("--port <port>", "path, device name or serial number")
    .option("--nonce <hex>", "a custodian's nonce, to come back in the quote")
    .action((options) => answer(options, (output) => quote(options.port, options.nonce, output)));

const readShare = (file: string): Outcome<ReturnType<typeof parseShareFile> & { ok: true }> => {
  const text = readText(file);
  if (!text.ok) return text;
  const share = parseShareFile(text.value);
  return share.ok ? ok(share) : fail("share_malformed", { file });
};

const provision = async (port: string, files: readonly string[], output: Output) => {
  const shares = readAll(files, readShare, "share");
  if (!shares.ok) return shares;
  return withDevice(port, async (client) => {
    const reply = await client.submitShares({
      shares: shares.value.map(({ value }) => value.sealed),
    });
    if (!reply.ok) return reply;
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
  declare("provision", "submit sealed shares to a device")
    .requiredOption("--port <port>", "path, device name or serial number")
    .requiredOption("--share <file...>", "sealed shares")
    .action((options) =>
      answer(options, (output) => provision(options.port, options.share, output)),
    );

const seal = (port: string, output: Output) =>
  withDevice(port, async (client) => {
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
  declare("seal", "wipe a device's keys")
    .requiredOption("--port <port>", "path, device name or serial number")
    .action((options) => answer(options, (output) => seal(options.port, output)));
