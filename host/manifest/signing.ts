/**
 * Signing a manifest. Whatever is signed has been read, placed in its lineage and found without
 * problems, the roster's rules included: there is no way around them.
 */
import { isSame } from "../../protocol/bytes.ts";
import { fail, type Outcome, ok } from "../../protocol/errors.ts";
import type { Manifest } from "../../protocol/manifest/manifest.ts";
import { manifestBytes, type SignedManifest } from "../../protocol/manifest/signed.ts";
import { checkReports, type ConfirmedReport } from "./confirmed-report.ts";
import { signHash } from "./hash.ts";
import { type Lineage, type LineageError, readLineage } from "./lineage.ts";
import { rosterProblems } from "./roster.ts";

/** A person's signing key, Ed25519: 32 bytes each. */
export interface SigningKey {
  readonly privateKey: Uint8Array;
  readonly publicKey: Uint8Array;
}

/** A lineage with a new version at its end, which nobody has signed yet. */
export const withVersion = (
  versions: readonly SignedManifest[],
  manifest: Manifest,
): readonly SignedManifest[] => [
  ...versions,
  { manifest: manifestBytes(manifest), signatures: [] },
];

/** Why a manifest is not signed. */
export type SigningError = LineageError | "signatures_missing";

/** The lineage of versions whose newest may be signed; `manifest_wrong` where it breaks a rule. */
export const readForSigning = (
  versions: readonly SignedManifest[],
): Outcome<Lineage, SigningError> => {
  const lineage = readLineage(versions);
  if (!lineage.ok) return lineage;
  const [first] = rosterProblems(lineage.value.newest.manifest);
  return first === undefined
    ? lineage
    : fail("manifest_wrong", { pointer: first.pointer, why: first.means });
};

/**
 * Adds a signature to the newest version; one who has signed already signs no second time. Version
 * 1 takes the reports of all its devices, confirmed by their words: `report_missing` otherwise.
 */
export const signNewest = (
  versions: readonly SignedManifest[],
  key: SigningKey,
  reports: readonly ConfirmedReport[] = [],
): Outcome<readonly SignedManifest[], SigningError | "report_missing"> => {
  const lineage = readForSigning(versions);
  if (!lineage.ok) return lineage;
  const { hash, manifest } = lineage.value.newest;
  const confirmed = manifest.version === 1 ? checkReports(manifest, reports) : ok(undefined);
  if (!confirmed.ok) return confirmed;
  const newest = versions.at(-1) ?? { manifest: new Uint8Array(0), signatures: [] };
  const others = newest.signatures.filter(({ signer }) => !isSame(signer, key.publicKey));
  const own = { signer: key.publicKey, signature: signHash(hash, key.privateKey) };
  const signed = { ...newest, signatures: [...others, own] };
  const after = [...versions.slice(0, -1), signed];
  const checked = readLineage(after);
  return checked.ok ? ok(after) : checked;
};
