/** A manifest's hash, and the signatures over it. */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  sign,
  verify,
} from "node:crypto";
import type { Manifest } from "../../protocol/manifest/manifest.ts";
import {
  manifestBytes,
  type ManifestSignature,
  signedBytes,
} from "../../protocol/manifest/signed.ts";

/** RFC 8410, section 4 and 7: what stands before an Ed25519 key in DER. */
const [SPKI_HEAD, PKCS8_HEAD] = [
  Buffer.from("302a300506032b6570032100", "hex"),
  Buffer.from("302e020100300506032b657004220420", "hex"),
] as const;

const publicKeyOf = (bytes: Uint8Array): KeyObject =>
  createPublicKey({ key: Buffer.concat([SPKI_HEAD, bytes]), format: "der", type: "spki" });

/** SHA-256 of bytes. */
export const sha256 = (bytes: Uint8Array): Uint8Array =>
  Uint8Array.from(createHash("sha256").update(bytes).digest());

/** SHA-256 of the manifest's deterministic CBOR: 32 bytes. */
export const manifestHash = (manifest: Manifest): Uint8Array => sha256(manifestBytes(manifest));

/** Signs a manifest's hash with an Ed25519 private key of 32 bytes (RFC 8032). */
export const signHash = (hash: Uint8Array, privateKey: Uint8Array): Uint8Array => {
  const der = Buffer.concat([PKCS8_HEAD, privateKey]);
  try {
    const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
    return Uint8Array.from(sign(null, signedBytes(hash), key));
  } finally {
    der.fill(0);
  }
};

/** Whether a signature over a manifest's hash holds; never throws. */
export const isSignatureGood = (
  hash: Uint8Array,
  { signer, signature }: ManifestSignature,
): boolean => {
  try {
    return verify(null, signedBytes(hash), publicKeyOf(signer), signature);
  } catch {
    return false; // the key is no point of the curve
  }
};
