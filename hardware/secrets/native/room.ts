/** What every part of the engine works with: the libraries, the arena, and HMAC on both. */
import type { Pointer } from "bun:ffi";
import { assert } from "../../../protocol/errors.ts";
import { type Bytes, placeOf, returned } from "./address.ts";
import type { Arena } from "./arena.ts";
import type { Libraries } from "./libraries.ts";
import type { Workspace } from "./scratch.ts";

/** HMAC (RFC 2104) into the arena, or into public bytes of ours. */
export type Mac = (key: Bytes, data: Bytes, out: Pointer | Uint8Array) => void;

/** The engine's room; that of another thread has a workspace in the arena's place. */
export interface Room<A extends Workspace = Arena> {
  readonly libraries: Libraries;
  readonly arena: A;
  /** 32 bytes. */
  readonly hmacSha256: Mac;
  /** 64 bytes. */
  readonly hmacSha512: Mac;
}

/** An address that a library must return: without it the engine is broken. */
export const got = (what: string, value: Pointer | bigint | null): Pointer => {
  const address = returned(value);
  assert(address !== undefined, `${what} gives what it should`);
  return address;
};

/** Furnishes a room. */
export const createRoom = <A extends Workspace>(libraries: Libraries, arena: A): Room<A> => {
  const { ssl } = libraries;
  const macOf = (algorithm: Pointer): Mac => {
    return (key, data, out) => {
      const place = [placeOf(key), key.length, placeOf(data), data.length] as const;
      got("HMAC", ssl.HMAC(algorithm, ...place, out, null));
    };
  };
  return {
    libraries,
    arena,
    hmacSha256: macOf(got("EVP_sha256", ssl.EVP_sha256())),
    hmacSha512: macOf(got("EVP_sha512", ssl.EVP_sha512())),
  };
};
