/** AES-256-GCM (NIST SP 800-38D) with 12-byte nonces and 16-byte tags, over node:crypto. */
import { createCipheriv, createDecipheriv } from "node:crypto";
import { assert } from "../../protocol/errors.ts";

const ALGORITHM = "aes-256-gcm";
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Ciphertext followed by the tag; key and nonce of a wrong length are our own mistake. */
export const sealAesGcm = (
  key: Uint8Array,
  nonce: Uint8Array,
  plaintext: Uint8Array,
  associatedData: Uint8Array,
): Uint8Array => {
  assert(key.length === KEY_BYTES, "an AES-256 key has 32 bytes");
  assert(nonce.length === NONCE_BYTES, "an AES-GCM nonce has 12 bytes");
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(associatedData);
  const sealed = new Uint8Array(plaintext.length + TAG_BYTES);
  sealed.set(cipher.update(plaintext));
  cipher.final();
  sealed.set(cipher.getAuthTag(), plaintext.length);
  return sealed;
};

/** The plaintext; `undefined` where a length is wrong or the tag does not hold. */
export const openAesGcm = (
  key: Uint8Array,
  nonce: Uint8Array,
  sealed: Uint8Array,
  associatedData: Uint8Array,
): Uint8Array | undefined => {
  const size = sealed.length - TAG_BYTES;
  if (key.length !== KEY_BYTES || nonce.length !== NONCE_BYTES || size < 0) return undefined;
  const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(associatedData);
  decipher.setAuthTag(sealed.subarray(size));
  const plaintext = decipher.update(sealed.subarray(0, size));
  try {
    decipher.final();
  } catch {
    plaintext.fill(0);
    return undefined;
  }
  return new Uint8Array(plaintext.buffer, plaintext.byteOffset, plaintext.byteLength);
};
