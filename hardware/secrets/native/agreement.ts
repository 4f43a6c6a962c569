/** X25519 (RFC 7748) by OpenSSL, whose copy of the key lies on its locked heap. */
import type { Pointer } from "bun:ffi";
import { assert } from "../../../protocol/errors.ts";
import { returned } from "./address.ts";
import { got, type Room } from "./room.ts";

/** Bytes of a key, of either half. */
export const AGREEMENT_BYTES = 32;

/** NID_X25519 of OpenSSL's obj_mac.h. */
const X25519 = 1034;

const withKey = <R>({ libraries: { ssl } }: Room, at: Pointer, use: (key: Pointer) => R): R => {
  const made = ssl.EVP_PKEY_new_raw_private_key(X25519, null, at, AGREEMENT_BYTES);
  const key = got("EVP_PKEY_new_raw_private_key", made);
  try {
    return use(key);
  } finally {
    ssl.EVP_PKEY_free(key);
  }
};

const lengthCell = (): BigUint64Array => BigUint64Array.of(BigInt(AGREEMENT_BYTES));

/** The public half of the secret key at an address: 32 bytes. */
export const publicHalfOf = (room: Room, secret: Pointer): Uint8Array => {
  const out = new Uint8Array(AGREEMENT_BYTES);
  const read = room.arena.scratch(() =>
    withKey(room, secret, (key) =>
      room.libraries.ssl.EVP_PKEY_get_raw_public_key(key, out, lengthCell()),
    ),
  );
  assert(read === 1, "a secret key has a public half");
  return out;
};

const deriveWith = ({ libraries: { ssl } }: Room, own: Pointer, peer: Pointer) => {
  const context = got("EVP_PKEY_CTX_new", ssl.EVP_PKEY_CTX_new(own, null));
  return {
    into: (out: Pointer | Uint8Array): boolean =>
      ssl.EVP_PKEY_derive_init(context) === 1 &&
      ssl.EVP_PKEY_derive_set_peer(context, peer) === 1 &&
      ssl.EVP_PKEY_derive(context, out, lengthCell()) === 1,
    free: (): void => ssl.EVP_PKEY_CTX_free(context),
  };
};

/**
 * The shared secret, 32 bytes, into the arena or, where it is a link's, into bytes of ours; false
 * for a key of a wrong length or of small order.
 */
export const agreeOn = (
  room: Room,
  secret: Pointer,
  publicKey: Uint8Array,
  out: Pointer | Uint8Array,
): boolean => {
  if (publicKey.length !== AGREEMENT_BYTES) return false;
  const { ssl } = room.libraries;
  const read = ssl.EVP_PKEY_new_raw_public_key(X25519, null, publicKey, AGREEMENT_BYTES);
  const peer = returned(read);
  if (peer === undefined) return false;
  return room.arena.scratch(() =>
    withKey(room, secret, (own) => {
      const derivation = deriveWith(room, own, peer);
      try {
        return derivation.into(out);
      } finally {
        derivation.free();
        ssl.EVP_PKEY_free(peer);
      }
    }),
  );
};
