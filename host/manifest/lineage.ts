/**
 * A lineage: every version of a manifest from the draft of genesis to the newest. Each but the
 * draft follows its predecessor by hash and is signed by the quorum that the predecessor names;
 * the draft is signed by its own.
 */
import { isSame } from "../../protocol/bytes.ts";
import { decodeAs } from "../../protocol/cbor/cbor.ts";
import { type ErrorName, fail, type Outcome, ok } from "../../protocol/errors.ts";
import { MANIFEST, type Manifest } from "../../protocol/manifest/manifest.ts";
import { manifestBytes, type SignedManifest } from "../../protocol/manifest/signed.ts";
import { isSignatureGood, sha256 } from "./hash.ts";
import { manifestProblems } from "./rules.ts";
import { successionProblem } from "./succession.ts";

/** One version, read and placed, with what there is of signatures. */
export interface Version {
  readonly manifest: Manifest;
  /** SHA-256 of its encoding. */
  readonly hash: Uint8Array;
  /** Names of those who have signed it. */
  readonly signers: readonly string[];
  /** Signatures that it needs. */
  readonly required: number;
}

/** A lineage whose versions follow each other. */
export interface Lineage {
  readonly draft: Version;
  readonly newest: Version;
  readonly versions: readonly Version[];
}

/** Why versions are no lineage. Details carry `version` and, of a broken rule, pointer and why. */
export type LineageError = Extract<
  ErrorName,
  | "manifest_malformed"
  | "manifest_wrong"
  | "lineage_gap"
  | "lineage_fork"
  | "signature_foreign"
  | "manifest_signature_invalid"
  | "genesis_altered"
>;

const readManifest = (bytes: Uint8Array): Outcome<Manifest, LineageError> => {
  const manifest = decodeAs(MANIFEST, bytes);
  if (manifest === undefined) return fail("manifest_malformed");
  const [first] = manifestProblems(manifest);
  return first === undefined
    ? ok(manifest)
    : fail("manifest_wrong", { pointer: first.pointer, why: first.means });
};

const NOTHING = new Uint8Array(32);
const NOT_MADE = {
  publicKey: new Uint8Array(33),
  linkKey: NOTHING,
  auditKey: new Uint8Array(33),
  rootTag: NOTHING,
  commitments: [],
  accounts: [],
};

/** A version as its draft had it: what devices make, and wallets of it, are put aside. */
const asDraft = (manifest: Manifest): Uint8Array =>
  manifestBytes({
    ...manifest,
    version: 0,
    predecessor: NOTHING,
    wallets: [],
    keys: manifest.keys.map((key) => ({ ...key, made: NOT_MADE })),
  });

/** Whether a version is the one to come after `before`; the draft comes after nothing. */
const checkPlace = (
  manifest: Manifest,
  before: Version | undefined,
): Outcome<void, LineageError> => {
  const expected = before === undefined ? 0 : before.manifest.version + 1;
  if (manifest.version !== expected) return fail("lineage_gap", { expected });
  if (before === undefined) return ok(undefined);
  const { predecessor } = manifest;
  if (predecessor === undefined || !isSame(predecessor, before.hash)) return fail("lineage_fork");
  if (manifest.version === 1) {
    const isKept = isSame(asDraft(manifest), asDraft(before.manifest));
    return isKept ? ok(undefined) : fail("genesis_altered");
  }
  const altered = successionProblem(before.manifest, manifest);
  return altered === undefined
    ? ok(undefined)
    : fail("genesis_altered", { pointer: altered.pointer, why: altered.means });
};

/** The names behind signatures: each of the signing manifest's quorum, each good. */
const readSigners = (
  { signatures }: SignedManifest,
  hash: Uint8Array,
  { people, quorum }: Manifest,
): Outcome<readonly string[], LineageError> => {
  const names: string[] = [];
  for (const one of signatures) {
    const signer = people.find(({ signingKey }) => isSame(signingKey, one.signer));
    if (signer === undefined || !quorum.members.includes(signer.name)) {
      return fail("signature_foreign", { signer: one.signer.toHex() });
    }
    if (!isSignatureGood(hash, one))
      return fail("manifest_signature_invalid", { signer: signer.name });
    if (!names.includes(signer.name)) names.push(signer.name);
  }
  return ok(names);
};

const readVersion = (
  signed: SignedManifest,
  before: Version | undefined,
): Outcome<Version, LineageError> => {
  const manifest = readManifest(signed.manifest);
  if (!manifest.ok) return manifest;
  const placed = checkPlace(manifest.value, before);
  if (!placed.ok) return placed;
  const hash = sha256(signed.manifest);
  const signing = before?.manifest ?? manifest.value;
  const signers = readSigners(signed, hash, signing);
  if (!signers.ok) return signers;
  const { threshold } = signing.quorum;
  return ok({ manifest: manifest.value, hash, signers: signers.value, required: threshold });
};

/** Whether enough have signed it. */
export const isSigned = ({ signers, required }: Version): boolean => signers.length >= required;

/**
 * Reads a lineage. All versions but the newest must be signed; whether the newest is, `isSigned`
 * tells: one that is being signed is read by the same way.
 */
export const readLineage = (
  signed: readonly SignedManifest[],
): Outcome<Lineage, LineageError | "signatures_missing"> => {
  const versions: Version[] = [];
  for (const [i, one] of signed.entries()) {
    const before = versions.at(-1);
    if (before !== undefined && !isSigned(before)) {
      return fail("signatures_missing", { version: i - 1, required: before.required });
    }
    const version = readVersion(one, before);
    if (!version.ok) return fail(version.error, { version: i, ...version.details });
    versions.push(version.value);
  }
  const [draft, newest] = [versions[0], versions.at(-1)];
  return draft === undefined || newest === undefined
    ? fail("manifest_malformed")
    : ok({ draft, newest, versions });
};
