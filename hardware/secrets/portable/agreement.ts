/** X25519 (RFC 7748) over `@noble/curves`, which refuses a shared secret of all zeros. */
import { x25519 } from "@noble/curves/ed25519.js";

/** Bytes of a key, of either half. */
export const AGREEMENT_BYTES = 32;

/** The public half of a secret key of 32 bytes. */
export const agreementPublicKey = (secret: Uint8Array): Uint8Array => x25519.getPublicKey(secret);

/** The shared secret, 32 bytes; `undefined` for a key of a wrong length or of small order. */
export const agreeOn = (secret: Uint8Array, publicKey: Uint8Array): Uint8Array | undefined => {
  if (publicKey.length !== AGREEMENT_BYTES) return undefined;
  try {
    return x25519.getSharedSecret(secret, publicKey);
  } catch {
    return undefined;
  }
};
