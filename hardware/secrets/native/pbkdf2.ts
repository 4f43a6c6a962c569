/**
 * PBKDF2-HMAC-SHA256 (RFC 8018) by OpenSSL. Its one-shot call leaves the salt on its heap, so one
 * context is kept, and what it was told last is replaced by zeros: that clears the old salt.
 */
import type { Pointer } from "bun:ffi";
import { assert } from "../../../protocol/errors.ts";
import { past, type Span } from "./address.ts";
import type { Take } from "./scratch.ts";
import { got, type Room } from "./room.ts";

/** The derivation. */
export interface Pbkdf2 {
  /** Derives `out.length` bytes; the password is public here. */
  readonly derive: (password: Uint8Array, salt: Span, iterations: number, out: Span) => void;
  /** Replaces what the context was told last by zeros. */
  readonly forget: () => void;
}

/** OSSL_PARAM's data types (openssl/core.h). */
const UNSIGNED_INTEGER = 2;
const UTF8_STRING = 4;
const OCTET_STRING = 5;

const NAMES = new TextEncoder().encode("digest\0SHA256\0pass\0iter\0salt\0");
const [DIGEST_AT, SHA256_AT, PASS_AT, ITER_AT, SALT_AT] = [0, 7, 14, 19, 24] as const;
const SHA256_LENGTH = 6;
const NAME = new TextEncoder().encode("PBKDF2\0");
const COUNT_BYTES = 8;
const ZEROS_BYTES = 64;
/** key, data_type, data, data_size, return_size: five words each; an empty one ends the list. */
const PARAM_WORDS = 5;

/** One OSSL_PARAM: where its name lies, its type, where its value lies and how long that is. */
type Param = readonly [name: Pointer, type: number, value: Pointer, length: number];

/** The list as it lies in the arena: the JavaScript heap does not hold still for its addresses. */
const layParams = ({ arena }: Room, take: Take, params: readonly Param[]): Pointer => {
  const words = params.flatMap((param) => [...param, 0]);
  const list = [...words, ...Array.from({ length: PARAM_WORDS }, () => 0)];
  const bytes = new Uint8Array(BigUint64Array.from(list.map(BigInt)).buffer);
  const at = take(bytes.length);
  arena.lay(at, bytes);
  return at;
};

const littleEndian = (count: number): Uint8Array => {
  const bytes = new Uint8Array(COUNT_BYTES);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(count), true);
  return bytes;
};

/** A derivation with a context of its own. */
export const createPbkdf2 = (room: Room): Pbkdf2 => {
  const { ssl } = room.libraries;
  const algorithm = got("EVP_KDF_fetch", ssl.EVP_KDF_fetch(null, NAME, null));
  const context = got("EVP_KDF_CTX_new", ssl.EVP_KDF_CTX_new(algorithm));
  const tell = (take: Take, params: readonly Param[]): boolean =>
    ssl.EVP_KDF_CTX_set_params(context, layParams(room, take, params)) === 1;
  const layNames = (take: Take): Pointer => {
    const names = take(NAMES.length);
    room.arena.lay(names, NAMES);
    return names;
  };
  const forget = (): void =>
    room.arena.scratch((take) => {
      const [names, zeros] = [layNames(take), take(ZEROS_BYTES)];
      room.arena.lay(zeros, new Uint8Array(ZEROS_BYTES));
      const told = tell(take, [
        [past(names, PASS_AT), OCTET_STRING, zeros, 1],
        [past(names, SALT_AT), OCTET_STRING, zeros, ZEROS_BYTES],
      ]);
      assert(told, "PBKDF2 takes zeros in the place of what it was told");
    });
  const derive: Pbkdf2["derive"] = (password, salt, iterations, out) =>
    room.arena.scratch((take) => {
      const [names, pass, count] = [layNames(take), take(password.length), take(COUNT_BYTES)];
      room.arena.lay(pass, password);
      room.arena.lay(count, littleEndian(iterations));
      const told = tell(take, [
        [past(names, DIGEST_AT), UTF8_STRING, past(names, SHA256_AT), SHA256_LENGTH],
        [past(names, PASS_AT), OCTET_STRING, pass, password.length],
        [past(names, ITER_AT), UNSIGNED_INTEGER, count, COUNT_BYTES],
        [past(names, SALT_AT), OCTET_STRING, salt.at, salt.length],
      ]);
      const isDerived = told && ssl.EVP_KDF_derive(context, out.at, out.length, null) === 1;
      assert(isDerived, "PBKDF2 derives");
    });
  return {
    forget,
    derive: (...all) => {
      try {
        derive(...all);
      } finally {
        forget();
      }
    },
  };
};
