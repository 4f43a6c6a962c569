/** A manifest's hash, and the signatures over it. */
import { createHash } from "node:crypto";
import type { Manifest } from "../../protocol/manifest/manifest.ts";
import {
  manifestBytes,
  type ManifestSignature,
  signedBytes,
} from "../../protocol/manifest/signed.ts";
import { isEd25519Good, signEd25519 } from "../ed25519.ts";

/** SHA-256 of bytes. */
export const sha256 = (bytes: Uint8Array): Uint8Array =>
  Uint8Array.from(createHash("sha256").update(bytes).digest());

/** SHA-256 of the manifest's deterministic CBOR: 32 bytes. */
export const manifestHash = (manifest: Manifest): Uint8Array => sha256(manifestBytes(manifest));

/** Hex digits of a hash that people tell each other: 80 bits, which nobody searches through. */
export const TOLD_DIGITS = 20;

/** Whether somebody typed that start of a hash, or more of it; spaces and case apart. */
export const isHashTold = (hash: Uint8Array, typed: string): boolean => {
  const digits = typed.toLowerCase().replaceAll(/\s/g, "");
  return digits.length >= TOLD_DIGITS && hash.toHex().startsWith(digits);
};

/** Signs a manifest's hash with an Ed25519 private key of 32 bytes. */
export const signHash = (hash: Uint8Array, privateKey: Uint8Array): Uint8Array =>
  signEd25519(signedBytes(hash), privateKey);

/** Whether a signature over a manifest's hash holds; never throws. */
export const isSignatureGood = (
  hash: Uint8Array,
  { signer, signature }: ManifestSignature,
): boolean => isEd25519Good(signature, signedBytes(hash), signer);
