/** `mayfly quote`, `provision`, `seal`: seeds into devices and out of them. */
import { type Failure, fail, type Outcome, ok } from "../../../protocol/errors.ts";
import { parseShareFile } from "../../custody/index.ts";
import type { Client } from "../../driver/index.ts";
import { fromHex, toBase64, toHex } from "../bytes.ts";
import { withDevice, withOwnDevice } from "../device.ts";
import { readText } from "../files.ts";
import { readVersions } from "../manifests.ts";
import type { Output } from "../output.ts";
import { answer, badOption, declare, PORT } from "../program.ts";
import { readAll } from "../read-all.ts";

/** Offers every version of a lineage, from its draft on. */
const offerLineage = async (
  client: Client,
  file: string | undefined,
  output: Output,
): Promise<Outcome<void>> => {
  if (file === undefined) return ok(undefined);
  const versions = readVersions(file, output);
  if (!versions.ok) return versions;
  for (const version of versions.value) {
    const offered = await client.offerManifest(version);
    if (!offered.ok) return fail(offered.error, { file, ...offered.details });
  }
  return ok(undefined);
};

interface QuoteOptions {
  readonly port: string;
  readonly nonce?: string | undefined;
  readonly manifest?: string | undefined;
  readonly key?: string | undefined;
}

const quote = async (options: QuoteOptions, output: Output) => {
  const { nonce, manifest, key } = options;
  if ((manifest === undefined) !== (key === undefined)) {
    return badOption("--key", "a manifest and one of its keys go together");
  }
  const bytes = nonce === undefined ? undefined : fromHex(nonce);
  if (nonce !== undefined && (bytes === undefined || bytes.length > 32)) {
    return badOption("--nonce", "not hex of at most 32 bytes");
  }
  return withDevice(options.port, async (client): Promise<Outcome<unknown>> => {
    const offered = await offerLineage(client, manifest, output);
    if (!offered.ok) return offered;
    const reply = await client.getQuote({
      ...(bytes === undefined ? {} : { nonce: bytes }),
      ...(key === undefined ? {} : { keyId: key }),
    });
    if (!reply.ok) return reply;
    const expires = new Date(Date.now() + reply.value.lifeMs).toISOString();
    const text = toBase64(reply.value.quote);
    output.say({ event: "quote", quote: text, expires }, [text]);
    output.hint("The device shows six words: read them to each custodian, who types them at");
    output.hint("mayfly custodian approve QUOTE --share … --key … --out …");
    return ok(undefined);
  });
};

/** `quote`. */
export const quoteCommand = () =>
  declare("quote", "a sealed device's quote, to which custodians seal their shares")
    .requiredOption("--port <port>", PORT)
    .option("--nonce <hex>", "a custodian's nonce, to come back in the quote")
    .option("--manifest <lineage>", "the manifest that it is to become ready under")
    .option("--key <id>", "the key of that manifest which it is to hold")
    .action((options) => answer((output) => quote(options, output)));

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

interface ProvisionOptions {
  readonly port: string;
  readonly share: readonly string[];
  readonly manifest?: string | undefined;
}

const provision = async (
  { port, share: files, manifest }: ProvisionOptions,
  output: Output,
): Promise<Outcome<unknown>> => {
  const shares = readAll(files, readShare, "share");
  if (!shares.ok) return shares;
  return withDevice(port, async (client): Promise<Outcome<unknown>> => {
    const offered = await offerLineage(client, manifest, output);
    if (!offered.ok) return offered;
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
    .option("--manifest <lineage>", "the manifest that the shares are for")
    .action((options) => answer((output) => provision(options, output)));

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
