/** `mayfly manifest sign`: a person's signature, after the person has said which hash it is for. */
import { fail, type Outcome, ok } from "../../../protocol/errors.ts";
import type { SignedManifest } from "../../../protocol/manifest/signed.ts";
import {
  changeLine,
  diffManifests,
  formatLineage,
  isHashTold,
  isSigned,
  type Lineage,
  manifestProblems,
  manifestText,
  noteSigning,
  readForSigning,
  readLineage,
  rosterProblems,
  signNewest,
  TOLD_DIGITS,
  withVersion,
} from "../../manifest/index.ts";
import { toHex } from "../bytes.ts";
import { checkFree, writeResult } from "../files.ts";
import { mayflyHome } from "../home.ts";
import {
  manifestEvent,
  pinSeen,
  readFile,
  readVersions,
  refuseProblems,
  signatureLine,
} from "../manifests.ts";
import type { Output } from "../output.ts";
import { answer, badOption, declare } from "../program.ts";
import { confirmReports, readReports } from "../reports.ts";
import { readPersonKey } from "../person-key.ts";

interface SignOptions {
  readonly key: string;
  readonly out: string;
  readonly after?: string | undefined;
  readonly hash?: string | undefined;
  readonly report?: readonly string[] | undefined;
  readonly words?: string | undefined;
  readonly givenUp?: string | undefined;
}

/** The versions whose newest is to be signed. */
const gather = (
  file: string,
  { after }: SignOptions,
  output: Output,
): Outcome<readonly SignedManifest[]> => {
  const read = readFile(file, output);
  if (!read.ok) return read;
  if (read.value.kind === "lineage") {
    return after === undefined
      ? ok(read.value.versions)
      : badOption("--after", "the file is a lineage already");
  }
  const { manifest } = read.value;
  const problems = [...manifestProblems(manifest)];
  if (problems.length === 0) problems.push(...rosterProblems(manifest));
  if (problems.length > 0) return refuseProblems(file, problems, output);
  if (after === undefined) {
    return manifest.version === 0
      ? ok(withVersion([], manifest))
      : badOption("--after", "only a draft, version 0, comes after nothing");
  }
  const before = readVersions(after, output);
  return before.ok ? ok(withVersion(before.value, manifest)) : before;
};

/**
 * What a person reads first: a draft whole, later versions as what changes. The hash is not shown:
 * who could read it here would type what he reads, instead of what the others tell him.
 */
const review = ({ newest, versions }: Lineage): readonly string[] => {
  const before = versions.at(-2);
  if (before === undefined) {
    return manifestText(newest.manifest).filter((line) => !line.startsWith("hash "));
  }
  const { version } = newest.manifest;
  return [
    `Version ${version} against version ${version - 1}:`,
    ...diffManifests(before.manifest, newest.manifest).map((one) => `  ${changeLine(one)}`),
  ];
};

/** Whether somebody is there to be asked, or has said already which hash is meant. */
const canAsk = (wanted: string | undefined, { isJson }: Output): boolean =>
  wanted !== undefined || (!isJson && process.stdin.isTTY);

/** Whether the person means this hash: by the option, or asked at the terminal. */
const confirm = async (
  hash: Uint8Array,
  wanted: string | undefined,
  output: Output,
): Promise<Outcome<void>> => {
  if (wanted !== undefined) {
    const own = toHex(hash);
    return wanted === own ? ok(undefined) : badOption("--hash", `this manifest's is ${own}`);
  }
  if (!canAsk(wanted, output)) {
    return badOption("--hash", "without a terminal it must say which manifest is meant");
  }
  // Loaded on demand: no other command asks so.
  const { isCancel, text } = await import("@clack/prompts");
  const typed = await text({
    message: `Type the first ${TOLD_DIGITS} digits of the hash, as the others tell them`,
    validate: (value = "") => (isHashTold(hash, value) ? undefined : "Not this hash."),
    output: process.stderr,
  });
  return isCancel(typed) ? fail("cancelled") : ok(undefined);
};

/** What devices reported at genesis, confirmed by the words that they show. */
const readConfirmed = async ({ report = [], words }: SignOptions, output: Output) => {
  const reports = readReports(report);
  return reports.ok ? confirmReports(reports.value, words, output) : reports;
};

/** The signature, once the person has reviewed, meant this hash and typed what there is to type. */
const signReviewed = async (
  versions: readonly SignedManifest[],
  options: SignOptions,
  output: Output,
): Promise<Outcome<readonly SignedManifest[]>> => {
  const lineage = readForSigning(versions);
  if (!lineage.ok) return lineage;
  const pinned = pinSeen(lineage.value, output);
  if (!pinned.ok) return pinned;
  const key = readPersonKey(options.key, output);
  if (!key.ok) return key;
  if (canAsk(options.hash, output)) output.tell(...review(lineage.value));
  const meant = await confirm(lineage.value.newest.hash, options.hash, output);
  if (!meant.ok) return meant;
  const reports = await readConfirmed(options, output);
  if (!reports.ok) return reports;
  const { signing } = key.value;
  const signed = signNewest(versions, signing, reports.value);
  if (!signed.ok) return signed;
  // Nobody has the signature before it is noted.
  const noted = noteSigning(mayflyHome(), lineage.value, signing.publicKey, options.givenUp);
  return noted.ok ? signed : noted;
};

const sign = async (
  file: string,
  options: SignOptions,
  output: Output,
): Promise<Outcome<unknown>> => {
  const free = file === options.out ? ok(undefined) : checkFree(options.out);
  if (!free.ok) return free;
  const versions = gather(file, options, output);
  if (!versions.ok) return versions;
  const signed = await signReviewed(versions.value, options, output);
  if (!signed.ok) return signed;
  const after = readLineage(signed.value);
  if (!after.ok) return after;
  const written = writeResult(options.out, formatLineage(signed.value), file === options.out);
  if (!written.ok) return written;
  const { newest } = after.value;
  const shown = { ...newest, isValid: isSigned(newest) };
  output.say({ ...manifestEvent(shown), file: options.out }, [
    `hash ${toHex(newest.hash)}`,
    signatureLine(shown),
  ]);
  const next = shown.isValid ? "mayfly manifest verify" : "the next signer: mayfly manifest sign";
  output.hint(`Next: ${next} ${options.out}`);
  return ok(undefined);
};

/** `manifest sign`. */
export const signManifestCommand = () =>
  declare("sign", "check a manifest against every rule and sign it")
    .argument("<file>", "an author's JSON, or a lineage whose newest version lacks signatures")
    .requiredOption("--key <file>", "the signer's key, as mayfly custodian init made it")
    .requiredOption("--out <file>", "where the lineage goes; the same file adds to it")
    .option("--after <lineage>", "the lineage that an author's JSON continues")
    .option("--report <file...>", "for version 1: each device's report of its genesis")
    .option("--words <from>", "- takes the devices' six words from standard input, a line each")
    .option("--hash <hex>", "the manifest that is meant, where nobody can be asked")
    .option("--given-up <hex>", "the hash of a version that you signed and that is given up")
    .action((file, options) => answer((output) => sign(file, options, output)));
