/** HKDF with SHA-256 (RFC 5869) inside the arena, for keys of at most 32 bytes. */
import type { Pointer } from "bun:ffi";
import type { Bytes } from "./address.ts";
import type { Room } from "./room.ts";

/** Bytes of a key: one block of HMAC-SHA256. */
export const KEY_BYTES = 32;

const NONE = new Uint8Array(0);
const FIRST_BLOCK = Uint8Array.of(1);

const lengthOf = (parts: readonly Bytes[]): number =>
  parts.reduce((sum, part) => sum + part.length, 0);

/** The pseudorandom key of the joined input; an empty salt is 32 zeros (section 2.2). */
export const extract = (
  { arena, hmacSha256 }: Room,
  salt: Bytes,
  input: readonly Bytes[],
  out: Pointer,
): void =>
  arena.scratch((take) => {
    const at = take(lengthOf(input));
    hmacSha256(salt, { at, length: arena.lay(at, ...input) }, out);
  });

/** The first block, 32 bytes, for the joined info (section 2.3). */
export const expand = (
  { arena, hmacSha256 }: Room,
  key: Pointer,
  info: readonly Bytes[],
  out: Pointer,
): void =>
  arena.scratch((take) => {
    const at = take(lengthOf(info) + 1);
    const length = arena.lay(at, ...info, FIRST_BLOCK);
    hmacSha256({ at: key, length: KEY_BYTES }, { at, length }, out);
  });

/** A 32-byte key of a secret and a label: no salt, the label's UTF-8 as info. */
export const deriveKey = (room: Room, secret: Bytes, label: string, out: Pointer): void =>
  room.arena.scratch((take) => {
    const key = take(KEY_BYTES);
    extract(room, NONE, [secret], key);
    expand(room, key, [new TextEncoder().encode(label)], out);
  });
