/** AES-GCM (NIST SP 800-38D) by OpenSSL, keys and plaintexts at addresses in the arena. */
import type { Pointer } from "bun:ffi";
import { assert } from "../../../protocol/errors.ts";
import { type Aead, AES_128_GCM } from "../aead.ts";
import type { Span } from "./address.ts";
import { got, type Room } from "./room.ts";

/** Bytes of a tag. */
export const TAG_BYTES = 16;

const GET_TAG = 0x10;
const SET_TAG = 0x11;
const ENCRYPT = 1;
const DECRYPT = 0;

/** A key and a 12-byte nonce, used once. */
export interface MessageKey {
  readonly aead: Aead;
  readonly key: Pointer;
  readonly nonce: Pointer;
}

const withCipher = (
  { libraries: { ssl }, arena }: Room,
  { aead, key, nonce }: MessageKey,
  direction: number,
  associatedData: Uint8Array,
  work: (context: Pointer, written: Int32Array) => boolean,
): boolean =>
  arena.scratch(() => {
    const context = got("EVP_CIPHER_CTX_new", ssl.EVP_CIPHER_CTX_new());
    const named = aead.id === AES_128_GCM.id ? ssl.EVP_aes_128_gcm() : ssl.EVP_aes_256_gcm();
    const algorithm = got("EVP_aes_gcm", named);
    const written = new Int32Array(1);
    const { length } = associatedData;
    try {
      return (
        ssl.EVP_CipherInit_ex(context, algorithm, null, key, nonce, direction) === 1 &&
        (length === 0 ||
          ssl.EVP_CipherUpdate(context, null, written, associatedData, length) === 1) &&
        work(context, written)
      );
    } finally {
      ssl.EVP_CIPHER_CTX_free(context);
    }
  });

/** Ciphertext followed by the tag. */
export const sealAesGcm = (
  room: Room,
  key: MessageKey,
  plaintext: Span,
  associatedData: Uint8Array,
): Uint8Array => {
  const { ssl } = room.libraries;
  const sealed = new Uint8Array(plaintext.length + TAG_BYTES);
  const tag = new Uint8Array(TAG_BYTES);
  const isSealed = withCipher(room, key, ENCRYPT, associatedData, (context, written) => {
    const { at, length } = plaintext;
    return (
      ssl.EVP_CipherUpdate(context, sealed, written, at, length) === 1 &&
      ssl.EVP_CipherFinal_ex(context, tag, written) === 1 &&
      ssl.EVP_CIPHER_CTX_ctrl(context, GET_TAG, TAG_BYTES, tag) === 1
    );
  });
  assert(isSealed, "AES-GCM encrypts what it is given");
  sealed.set(tag, plaintext.length);
  return sealed;
};

/** The plaintext to `out`, as long as the ciphertext without its tag; false: the tag is wrong. */
export const openAesGcm = (
  room: Room,
  key: MessageKey,
  sealed: Uint8Array,
  associatedData: Uint8Array,
  out: Pointer,
): boolean => {
  const { ssl } = room.libraries;
  const length = sealed.length - TAG_BYTES;
  if (length < 1) return false;
  const tag = sealed.slice(length);
  const last = new Uint8Array(TAG_BYTES);
  return withCipher(
    room,
    key,
    DECRYPT,
    associatedData,
    (context, written) =>
      ssl.EVP_CipherUpdate(context, out, written, sealed, length) === 1 &&
      ssl.EVP_CIPHER_CTX_ctrl(context, SET_TAG, TAG_BYTES, tag) === 1 &&
      ssl.EVP_CipherFinal_ex(context, last, written) === 1,
  );
};
