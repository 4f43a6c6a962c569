/** AES-GCM (NIST SP 800-38D) over node:crypto, 256 bits unless told; nonces of 12, tags of 16. */
import { createCipheriv, createDecipheriv } from "node:crypto";
import { assert } from "../../protocol/errors.ts";
import { type Aead, AES_256_GCM } from "./aead.ts";

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

const algorithmOf = ({ keyBytes }: Aead): "aes-128-gcm" | "aes-256-gcm" =>
  keyBytes === AES_256_GCM.keyBytes ? "aes-256-gcm" : "aes-128-gcm";

/** Ciphertext followed by the tag; key and nonce of a wrong length are our own mistake. */
export const sealAesGcm = (
  key: Uint8Array,
  nonce: Uint8Array,
  plaintext: Uint8Array,
  associatedData: Uint8Array,
  aead: Aead = AES_256_GCM,
): Uint8Array => {
  assert(key.length === aead.keyBytes, "an AES-256 key has 32 bytes");
  assert(nonce.length === NONCE_BYTES, "an AES-GCM nonce has 12 bytes");
  const cipher = createCipheriv(algorithmOf(aead), key, nonce, { authTagLength: TAG_BYTES });
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
  aead: Aead = AES_256_GCM,
): Uint8Array | undefined => {
  const size = sealed.length - TAG_BYTES;
  if (key.length !== aead.keyBytes || nonce.length !== NONCE_BYTES || size < 0) return undefined;
  const decipher = createDecipheriv(algorithmOf(aead), key, nonce, { authTagLength: TAG_BYTES });
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
