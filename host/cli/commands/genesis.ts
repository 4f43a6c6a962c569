/** `mayfly genesis`: a seed is made on a device, and its shares go to their custodians' files. */
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fail, type Outcome, ok } from "../../../protocol/errors.ts";
import type { SignedManifest } from "../../../protocol/manifest/signed.ts";
import {
  checkGenesis,
  checkMadeKey,
  formatShareFile,
  parseCustodian,
} from "../../custody/index.ts";
import type { Client } from "../../driver/index.ts";
import {
  fingerprintOf,
  formatReportFile,
  type Lineage,
  readLineage,
} from "../../manifest/index.ts";
import { fromHex, toHex } from "../bytes.ts";
import { withDevice } from "../device.ts";
import { writePrivate } from "../files.ts";
import { readVersions } from "../manifests.ts";
import { type Output, portWords } from "../output.ts";
import { answer, badOption, declare, PORT } from "../program.ts";
import { readAll } from "../read-all.ts";

interface GenesisOptions {
  readonly port: string;
  readonly custodian?: readonly string[] | undefined;
  readonly threshold?: string | undefined;
  readonly manifest?: string | undefined;
  readonly key?: string | undefined;
  readonly entropy?: string | undefined;
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

const plainGenesis = async (options: GenesisOptions, output: Output): Promise<Outcome<unknown>> => {
  const custodians = readAll(options.custodian ?? [], parseCustodian, "custodian");
  if (!custodians.ok) return custodians;
  const wanted = options.threshold ?? "";
  const threshold = /^\d{1,2}$/.test(wanted) ? Number(wanted) : 0;
  const isPossible = threshold >= 2 && threshold <= custodians.value.length;
  if (!isPossible) return fail("threshold_invalid", { threshold: wanted });
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

/** Free places for a report and a share of each custodian; names come from a signed draft. */
const placesOf = (
  folder: string,
  keyId: string,
  names: readonly string[],
): Outcome<{ readonly report: string; readonly shares: readonly string[] }> => {
  const safe = (name: string): string => name.replaceAll(/[^\w-]/g, "_");
  const report = join(folder, `${safe(keyId)}.report`);
  const shares = names.map((name) => join(folder, `${safe(keyId)}-${safe(name)}.share`));
  const files = [report, ...shares];
  const taken = files.find((file, i) => existsSync(file) || files.indexOf(file) < i);
  return taken === undefined ? ok({ report, shares }) : fail("file_exists", { file: taken });
};

const entropyOf = (text: string | undefined): Outcome<Uint8Array | undefined> => {
  const bytes = text === undefined ? undefined : fromHex(text);
  return text === undefined || bytes !== undefined
    ? ok(bytes)
    : badOption("--entropy", "not hex, such as rolls of a die written 1 to 6 two digits each");
};

/** Makes a key on a device under a draft, and checks that it is what was asked for. */
const makeKey = async (
  client: Client,
  lineage: Lineage,
  draft: SignedManifest,
  keyId: string,
  entropy: Uint8Array | undefined,
) => {
  const status = await client.getStatus({});
  if (!status.ok) return status;
  const offered = await client.offerManifest(draft);
  if (!offered.ok) return offered;
  const made = await client.makeKey({ keyId, ...(entropy === undefined ? {} : { entropy }) });
  if (!made.ok) return made;
  const { manifest, hash } = lineage.draft;
  const request = { draft: manifest, genesis: hash, keyId, bootId: status.value.bootId };
  const checked = checkMadeKey(request, made.value);
  return checked.ok ? ok({ ...checked.value, bytes: made.value.report }) : checked;
};

/** Everything before the device is asked: a seed whose shares found no place would be lost. */
const prepare = (options: GenesisOptions, keyId: string, output: Output) => {
  const versions = readVersions(options.manifest ?? "", output);
  if (!versions.ok) return versions;
  const lineage = readLineage(versions.value);
  if (!lineage.ok) return lineage;
  const [draft] = versions.value;
  const key = lineage.value.draft.manifest.keys.find(({ id }) => id === keyId);
  if (draft === undefined || key === undefined) return fail("key_unknown", { key: keyId });
  const entropy = entropyOf(options.entropy);
  if (!entropy.ok) return entropy;
  const folder = makeFolder(options.out);
  if (!folder.ok) return folder;
  const names = key.groups.flatMap(({ members }) => members);
  const places = placesOf(options.out, keyId, names);
  return places.ok
    ? ok({ lineage: lineage.value, draft, entropy: entropy.value, places: places.value })
    : places;
};

const genesisUnder = async (
  options: GenesisOptions,
  keyId: string,
  output: Output,
): Promise<Outcome<unknown>> => {
  const ready = prepare(options, keyId, output);
  if (!ready.ok) return ready;
  const { lineage, draft, entropy, places } = ready.value;
  return withDevice(options.port, async (client): Promise<Outcome<unknown>> => {
    const made = await makeKey(client, lineage, draft, keyId, entropy);
    if (!made.ok) return made;
    const report = formatReportFile(made.value.bytes);
    if (!report.ok) return report;
    const sealed = made.value.shares.map((share) => share.sealed);
    const written = writeShares(places.shares, sealed);
    const kept = written.ok ? writePrivate(places.report, report.value) : written;
    if (!kept.ok) return kept;
    const fingerprint = fingerprintOf(made.value.report.made.publicKey);
    const files = { shares: places.shares, report: places.report };
    output.say({ event: "genesis", fingerprint, ...files }, [
      `Key ${keyId} is made, fingerprint ${fingerprint}; a share for each custodian:`,
      ...places.shares.map((file) => `  ${file}`),
      `${places.report} is for version 1: the device shows its six words now.`,
    ]);
    output.hint("With all reports: mayfly manifest complete, then mayfly manifest sign.");
    return ok(undefined);
  });
};

const genesis = (options: GenesisOptions, output: Output): Promise<Outcome<unknown>> => {
  const { manifest, key, custodian, threshold } = options;
  const isPlain = custodian !== undefined && threshold !== undefined;
  if (manifest !== undefined && key !== undefined && !isPlain) {
    return genesisUnder(options, key, output);
  }
  const why = "either --manifest and --key, or on an emulator --custodian and --threshold";
  return isPlain && manifest === undefined && key === undefined
    ? plainGenesis(options, output)
    : Promise.resolve(badOption("--manifest", why));
};

/** `genesis`. */
export const genesisCommand = () =>
  declare("genesis", "make a seed on a device and write its sealed shares")
    .requiredOption("--port <port>", PORT)
    .option("--manifest <lineage>", "the signed draft that says who holds shares")
    .option("--key <id>", "the draft's key that the device is to make")
    .option("--entropy <hex>", "what people's dice add to the device's own randomness")
    .option(
      "--custodian <public...>",
      "emulators only, without a manifest: each custodian, as mayfly custodian init printed it",
    )
    .option("--threshold <k>", "emulators only: how many of them bring the seed back")
    .requiredOption("--out <folder>", "where the sealed shares go, a file for each custodian")
    .action((options) => answer(async (output) => genesis(options, output)));
