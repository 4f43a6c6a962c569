/**
 * HMAC_DRBG with SHA-256 (NIST SP 800-90A Rev. 1, section 10.1.2) inside the arena. Each draw is
 * an instance of its own, seeded with fresh entropy and erased: no state waits to be read.
 */
import type { Pointer } from "bun:ffi";
import { assert } from "../../../protocol/errors.ts";
import { DRBG } from "../self-test/known-answers.ts";
import { type Bytes, past, type Span } from "./address.ts";
import type { Take } from "./arena.ts";
import type { Room } from "./room.ts";

const BLOCK_BYTES = 32;
/** SP 800-90A, table 2: 2^19 bits a request. */
const REQUEST_BYTES = 65_536;

interface State {
  readonly key: Span;
  readonly value: Span;
}

/** Section 10.1.2.2: `HMAC_DRBG_Update`. */
const update = (room: Room, take: Take, { key, value }: State, data: readonly Bytes[]): void => {
  const { arena, hmacSha256 } = room;
  const size = data.reduce((sum, part) => sum + part.length, BLOCK_BYTES + 1);
  const input = take(size);
  for (const round of size === BLOCK_BYTES + 1 ? [0] : [0, 1]) {
    const length = arena.lay(input, value, Uint8Array.of(round), ...data);
    hmacSha256(key, { at: input, length }, key.at);
    hmacSha256(key, value, value.at);
  }
};

/**
 * Fills `out` from the joined material: entropy, nonce, and what people and the host add as the
 * personalization string (section 10.1.2.3).
 */
export const fillFrom = (
  room: Room,
  material: readonly Bytes[],
  out: Pointer,
  length: number,
): void => {
  assert(length <= REQUEST_BYTES, "a generator is asked for 65536 bytes at most");
  const { arena, hmacSha256 } = room;
  arena.scratch((take) => {
    const key = { at: take(BLOCK_BYTES), length: BLOCK_BYTES };
    const value = { at: take(BLOCK_BYTES), length: BLOCK_BYTES };
    arena.lay(key.at, new Uint8Array(BLOCK_BYTES));
    arena.lay(value.at, new Uint8Array(BLOCK_BYTES).fill(1));
    update(room, take, { key, value }, material);
    for (let done = 0; done < length; done += BLOCK_BYTES) {
      hmacSha256(key, value, value.at);
      arena.lay(past(out, done), { at: value.at, length: Math.min(BLOCK_BYTES, length - done) });
    }
  });
};

/** Whether the generator gives its known answer. */
export const drbgHolds = (room: Room): boolean =>
  room.arena.scratch((take) => {
    const { length } = DRBG.output;
    const [out, expected] = [take(length), take(length)];
    fillFrom(room, [DRBG.material], out, length);
    room.arena.lay(expected, DRBG.output);
    return room.libraries.ssl.CRYPTO_memcmp(out, expected, length) === 0;
  });
