/** Bytes that a line spoils, loses, doubles or makes. */
import type { Draws } from "./draws.ts";

/** What arrives in the place of a chunk that is not empty. */
export type Spoil = (chunk: Uint8Array, draws: Draws) => Uint8Array;

/** A chunk with something else in the place of so many bytes. */
const replaced = (
  chunk: Uint8Array,
  at: number,
  removed: number,
  added: readonly number[] | Uint8Array,
): Uint8Array =>
  Uint8Array.from([...chunk.subarray(0, at), ...added, ...chunk.subarray(at + removed)]);

const flip: Spoil = (chunk, draws) => {
  const flipped = Uint8Array.from(chunk);
  const bits = new Set<number>();
  const count = draws.between(1, 5);
  while (bits.size < count) bits.add(draws.below(8 * chunk.length));
  for (const bit of bits) flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return flipped;
};

const burst: Spoil = (chunk, draws) => {
  const length = Math.min(chunk.length, draws.between(2, 64));
  const at = draws.below(chunk.length - length + 1);
  return replaced(chunk, at, length, draws.bytes(length));
};

const lose: Spoil = (chunk, draws) => replaced(chunk, draws.below(chunk.length), 1, []);

const double: Spoil = (chunk, draws) => {
  const at = draws.below(chunk.length);
  return replaced(chunk, at, 0, chunk.subarray(at, at + 1));
};

const insert: Spoil = (chunk, draws) =>
  replaced(chunk, draws.below(chunk.length + 1), 0, draws.bytes(1));

const makeZero: Spoil = (chunk, draws) => replaced(chunk, draws.below(chunk.length), 1, [0]);

/** The zero at one end of a frame: it runs into its neighbour. */
const loseZero: Spoil = (chunk, draws) =>
  draws.isLucky(0.5) ? chunk.subarray(1) : chunk.subarray(0, -1);

/** Faults of single bytes. */
export const SPOILS = {
  "flipped bits": flip,
  "burst of errors": burst,
  "byte lost": lose,
  "byte doubled": double,
  "byte inserted": insert,
  "zero made": makeZero,
  "zero lost": loseZero,
} as const satisfies Record<string, Spoil>;
