/**
 * The lineage of a manifest, version by version: what a device has been offered so far. It holds
 * the newest version and the hash of the draft, so its size does not grow with the lineage.
 *
 * A lineage proves only that each quorum led to the next; anyone can begin one of his own. Which
 * genesis is the true one, the seed tells (trust.ts).
 */
import { decodeAs } from "../../protocol/cbor/cbor.ts";
import { type ErrorName, fail, type Outcome, ok } from "../../protocol/errors.ts";
import { MANIFEST, type Manifest } from "../../protocol/manifest/manifest.ts";
import {
  manifestBytes,
  type ManifestSignature,
  type SignedManifest,
  signedBytes,
} from "../../protocol/manifest/signed.ts";
import { isSame } from "../bitcoin/index.ts";
import type { Crypto } from "../hal.ts";
import { unsoundPart } from "./soundness.ts";
import { alteredPart } from "./succession.ts";

/** A lineage that holds from its draft to its newest version, each signed by its quorum. */
export interface Lineage {
  /** Hash of the draft, version 0: 32 bytes. */
  readonly genesis: Uint8Array;
  readonly newest: Manifest;
  /** Of the newest version: 32 bytes. */
  readonly hash: Uint8Array;
}

/** Why a version is not taken. */
export type LineageError = Extract<
  ErrorName,
  | "manifest_malformed"
  | "manifest_wrong"
  | "lineage_gap"
  | "lineage_fork"
  | "signatures_missing"
  | "signature_foreign"
  | "manifest_signature_invalid"
  | "genesis_altered"
>;

type Verifier = Pick<Crypto, "sha256" | "verifyEd25519">;

const readManifest = (bytes: Uint8Array): Outcome<Manifest, LineageError> => {
  const manifest = decodeAs(MANIFEST, bytes);
  if (manifest === undefined) return fail("manifest_malformed");
  const pointer = unsoundPart(manifest);
  return pointer === undefined ? ok(manifest) : fail("manifest_wrong", { pointer });
};

const HASH = new Uint8Array(32);
const POINT = new Uint8Array(33);
const UNMADE = {
  publicKey: POINT,
  linkKey: HASH,
  auditKey: POINT,
  rootTag: HASH,
  commitments: [],
  accounts: [],
};

/** What version 1 must have in common with its draft: all but what devices make, and wallets. */
const commonPart = (manifest: Manifest): Uint8Array =>
  manifestBytes({
    ...manifest,
    version: 0,
    predecessor: HASH,
    wallets: [],
    keys: manifest.keys.map((key) => ({ ...key, made: UNMADE })),
  });

const checkPlace = (
  manifest: Manifest,
  before: Lineage | undefined,
): Outcome<void, LineageError> => {
  const expected = before === undefined ? 0 : before.newest.version + 1;
  if (manifest.version !== expected) return fail("lineage_gap", { expected });
  if (before === undefined) return ok(undefined);
  const { predecessor } = manifest;
  if (predecessor === undefined || !isSame(predecessor, before.hash)) return fail("lineage_fork");
  if (expected > 1) {
    const pointer = alteredPart(before.newest, manifest);
    return pointer === undefined ? ok(undefined) : fail("genesis_altered", { pointer });
  }
  const isAltered = !isSame(commonPart(manifest), commonPart(before.newest));
  return isAltered ? fail("genesis_altered") : ok(undefined);
};

/** Enough of the quorum, everybody once, and nobody else. */
const checkSignatures = (
  { verifyEd25519 }: Verifier,
  signatures: readonly ManifestSignature[],
  hash: Uint8Array,
  { people, quorum }: Manifest,
): Outcome<void, LineageError> => {
  const message = signedBytes(hash);
  const signers = new Set<string>();
  for (const { signer, signature } of signatures) {
    const person = people.find(({ signingKey }) => isSame(signingKey, signer));
    if (person === undefined || !quorum.members.includes(person.name)) {
      return fail("signature_foreign");
    }
    if (!verifyEd25519(signature, message, signer)) return fail("manifest_signature_invalid");
    signers.add(person.name);
  }
  const { threshold: required } = quorum;
  return signers.size >= required ? ok(undefined) : fail("signatures_missing", { required });
};

/** The lineage with one version more; with none before, the version must be a draft. */
export const extendLineage = (
  crypto: Verifier,
  before: Lineage | undefined,
  signed: SignedManifest,
): Outcome<Lineage, LineageError> => {
  const manifest = readManifest(signed.manifest);
  if (!manifest.ok) return manifest;
  const placed = checkPlace(manifest.value, before);
  if (!placed.ok) return placed;
  const hash = crypto.sha256().update(signed.manifest).digest();
  const quorumOf = before?.newest ?? manifest.value;
  const checked = checkSignatures(crypto, signed.signatures, hash, quorumOf);
  if (!checked.ok) return checked;
  return ok({ genesis: before?.genesis ?? hash, newest: manifest.value, hash });
};
