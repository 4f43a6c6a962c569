/** Files of manifests for the commands: read, or refused with every problem told. */
import { type Failure, fail, type Outcome, ok } from "../../protocol/errors.ts";
import type { Manifest } from "../../protocol/manifest/manifest.ts";
import type { SignedManifest } from "../../protocol/manifest/signed.ts";
import {
  isSigned,
  type Lineage,
  manifestHash,
  manifestProblems,
  type ManifestFile,
  type Problem,
  pinLineage,
  readLineage,
  readManifestFile,
} from "../manifest/index.ts";
import { toHex } from "./bytes.ts";
import { readText } from "./files.ts";
import { mayflyHome } from "./home.ts";
import type { Output, OutputEvent } from "./output.ts";

/** Says all problems of a file, in an event or a line each; the refusal itself is the first. */
export const refuseProblems = (
  file: string,
  problems: readonly Problem[],
  output: Output,
): Failure<"manifest_malformed" | "manifest_wrong"> => {
  const [first] = problems;
  const rest = problems.slice(1);
  output.say({ event: "problems", file, problems }, []);
  if (!output.isJson) {
    for (const { pointer, means } of rest) output.warn(`${file}${pointer}: ${means}`);
  }
  const more = rest.length === 0 ? {} : { problems: problems.length };
  return fail("manifest_wrong", {
    file,
    pointer: first?.pointer ?? "",
    why: first?.means ?? "",
    ...more,
  });
};

/** Reads a file of either kind. */
export const readFile = (file: string, output: Output): Outcome<ManifestFile> => {
  const text = readText(file);
  if (!text.ok) return text;
  const read = readManifestFile(text.value);
  return read.ok ? ok(read.value) : refuseProblems(file, read.problems, output);
};

/** Reads a file of a lineage; an author's JSON is none. */
export const readVersions = (file: string, output: Output): Outcome<readonly SignedManifest[]> => {
  const read = readFile(file, output);
  if (!read.ok) return read;
  return read.value.kind === "lineage"
    ? ok(read.value.versions)
    : fail("file_malformed", { file, why: "a manifest without signatures, no lineage" });
};

/** Reads and verifies a lineage; its newest version may still lack signatures. */
export const openLineage = (file: string, output: Output): Outcome<Lineage> => {
  const versions = readVersions(file, output);
  if (!versions.ok) return versions;
  const lineage = readLineage(versions.value);
  return lineage.ok ? lineage : fail(lineage.error, { file, ...lineage.details });
};

/** Holds a lineage against what this home has seen; says so where it has seen nothing of it. */
export const pinSeen = (lineage: Lineage, output: Output): Outcome<void> => {
  const pinned = pinLineage(mayflyHome(), lineage);
  if (!pinned.ok) return pinned;
  if (pinned.value === "first" && lineage.versions.length > 1) {
    const genesis = toHex(lineage.draft.hash);
    output.warn(`seen for the first time: ask others whether genesis ${genesis} is yours.`);
  }
  return ok(undefined);
};

/** A manifest that somebody wants to look at, with what is known of its signatures. */
export interface Shown {
  readonly manifest: Manifest;
  readonly hash: Uint8Array;
  readonly signers: readonly string[];
  /** Signatures that it needs; 0 where only its predecessor could tell. */
  readonly required: number;
  readonly isValid: boolean;
}

/** The one manifest of an author's file, or the newest of a lineage. */
export const openShown = (file: string, output: Output): Outcome<Shown> => {
  const read = readFile(file, output);
  if (!read.ok) return read;
  if (read.value.kind === "lineage") {
    const lineage = openLineage(file, output);
    if (!lineage.ok) return lineage;
    const { newest } = lineage.value;
    return ok({ ...newest, isValid: isSigned(newest) });
  }
  const { manifest } = read.value;
  const problems = manifestProblems(manifest);
  if (problems.length > 0) return refuseProblems(file, problems, output);
  const required = manifest.version === 0 ? manifest.quorum.threshold : 0;
  return ok({ manifest, hash: manifestHash(manifest), signers: [], required, isValid: false });
};

/** The event of every command about a manifest. */
export const manifestEvent = ({ manifest, ...shown }: Shown): OutputEvent => ({
  event: "manifest",
  hash: toHex(shown.hash),
  version: manifest.version,
  signatures: shown.signers.length,
  required: shown.required,
  valid: shown.isValid,
});

/** Who has signed, and how many still have to. */
export const signatureLine = ({ signers, required, isValid }: Shown): string => {
  const by = signers.length === 0 ? "Nobody has signed it" : `Signed by ${signers.join(", ")}`;
  if (isValid) return `${by}: that is enough.`;
  return required === 0 ? `${by}.` : `${by}: it takes ${required}.`;
};
