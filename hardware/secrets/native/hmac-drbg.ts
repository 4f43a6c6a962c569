/**
 * HMAC_DRBG with SHA-256 (NIST SP 800-90A Rev. 1, section 10.1.2), its state at a place in the
 * arena.
 */
import type { Pointer } from "bun:ffi";
import { assert } from "../../../protocol/errors.ts";
import { DRBG } from "../self-test/known-answers.ts";
import { type Bytes, past, type Span } from "./address.ts";
import type { Room } from "./room.ts";

const BLOCK_BYTES = 32;
/** Bytes of a state: key, then value. */
export const STATE_BYTES = 2 * BLOCK_BYTES;
/** SP 800-90A, table 2: 2^19 bits a request. */
const REQUEST_BYTES = 65_536;

const halvesOf = (state: Pointer): { readonly key: Span; readonly value: Span } => ({
  key: { at: state, length: BLOCK_BYTES },
  value: { at: past(state, BLOCK_BYTES), length: BLOCK_BYTES },
});

/** Section 10.1.2.2: `HMAC_DRBG_Update`; with entropy in the material it is a reseed (10.1.2.4). */
export const update = (room: Room, state: Pointer, material: readonly Bytes[]): void => {
  const { arena, hmacSha256 } = room;
  const { key, value } = halvesOf(state);
  const size = material.reduce((sum, part) => sum + part.length, BLOCK_BYTES + 1);
  arena.scratch((take) => {
    const input = take(size);
    for (const round of size === BLOCK_BYTES + 1 ? [0] : [0, 1]) {
      const length = arena.lay(input, value, Uint8Array.of(round), ...material);
      hmacSha256(key, { at: input, length }, key.at);
      hmacSha256(key, value, value.at);
    }
  });
};

/** Section 10.1.2.3: a new state of the joined material, entropy and nonce first. */
export const instantiate = (room: Room, state: Pointer, material: readonly Bytes[]): void => {
  room.arena.lay(state, new Uint8Array(BLOCK_BYTES), new Uint8Array(BLOCK_BYTES).fill(1));
  update(room, state, material);
};

/** Section 10.1.2.5: so many bytes to `out`, and the state moves on. */
export const generate = (room: Room, state: Pointer, out: Pointer, length: number): void => {
  assert(length <= REQUEST_BYTES, "a generator is asked for 65536 bytes at most");
  const { key, value } = halvesOf(state);
  for (let done = 0; done < length; done += BLOCK_BYTES) {
    room.hmacSha256(key, value, value.at);
    const part = { at: value.at, length: Math.min(BLOCK_BYTES, length - done) };
    room.arena.lay(past(out, done), part);
  }
  update(room, state, []);
};

/** Whether the generator gives its known answer. */
export const drbgHolds = (room: Room): boolean =>
  room.arena.scratch((take) => {
    const { length } = DRBG.output;
    const [state, out, expected] = [take(STATE_BYTES), take(length), take(length)];
    instantiate(room, state, [DRBG.material]);
    generate(room, state, out, length);
    room.arena.lay(expected, DRBG.output);
    return room.libraries.ssl.CRYPTO_memcmp(out, expected, length) === 0;
  });
