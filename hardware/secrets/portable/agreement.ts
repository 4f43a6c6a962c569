/**
 * X25519 (RFC 7748) over node:crypto, which refuses a shared secret of all zeros. `@noble/curves`
 * did it before: its tables took 60 ms of an emulator's first start, and each result ten times as
 * long.
 */
import { keyAgreement } from "../x25519.ts";

/** Bytes of a key, of either half. */
export const AGREEMENT_BYTES = 32;

/** The public half of a secret key of 32 bytes. */
export const agreementPublicKey = (secret: Uint8Array): Uint8Array =>
  keyAgreement(secret).publicKey;

/** The shared secret, 32 bytes; `undefined` for a key of a wrong length or of small order. */
export const agreeOn = (secret: Uint8Array, publicKey: Uint8Array): Uint8Array | undefined =>
  keyAgreement(secret).agree(publicKey);
