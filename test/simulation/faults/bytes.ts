/** Bytes that the line spoils, loses, doubles or makes. */
import type { Chance } from "../chance.ts";
import { anyDirection, type Fault, fromSomeChunk } from "./fault.ts";

type Spoil = (chunk: Uint8Array, chance: Chance) => Uint8Array | undefined;

/** Spoils a chunk, and perhaps some later ones. */
const spoiling =
  (spoil: Spoil): Fault =>
  (room) => {
    const { chance } = room;
    const again = chance.pick([0, 0, 0.1, 0.4]);
    let left = again === 0 ? 1 : chance.between(2, 12);
    fromSomeChunk(room, anyDirection(room), (chunk) => {
      if (again > 0 && !chance.isLucky(again)) return undefined;
      const spoiled = spoil(chunk, chance);
      if (spoiled === undefined) return undefined;
      room.happened();
      left -= 1;
      return { chunks: [spoiled], isDone: left === 0 };
    });
  };

/** A chunk with something else in the place of so many bytes. */
const replaced = (
  chunk: Uint8Array,
  at: number,
  removed: number,
  added: readonly number[] | Uint8Array,
): Uint8Array =>
  Uint8Array.from([...chunk.subarray(0, at), ...added, ...chunk.subarray(at + removed)]);

const flip: Spoil = (chunk, chance) => {
  const flipped = Uint8Array.from(chunk);
  const bits = new Set<number>();
  const count = chance.between(1, 5);
  while (bits.size < count) bits.add(chance.below(8 * chunk.length));
  for (const bit of bits) flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return flipped;
};

const burst: Spoil = (chunk, chance) => {
  const length = Math.min(chunk.length, chance.between(2, 64));
  const at = chance.below(chunk.length - length + 1);
  return replaced(chunk, at, length, chance.bytes(length));
};

const lose: Spoil = (chunk, chance) => replaced(chunk, chance.below(chunk.length), 1, []);

const double: Spoil = (chunk, chance) => {
  const at = chance.below(chunk.length);
  return replaced(chunk, at, 0, chunk.subarray(at, at + 1));
};

const insert: Spoil = (chunk, chance) =>
  replaced(chunk, chance.below(chunk.length + 1), 0, chance.bytes(1));

const makeZero: Spoil = (chunk, chance) => replaced(chunk, chance.below(chunk.length), 1, [0]);

/** The zero at one end of a frame: it runs into its neighbour. */
const loseZero: Spoil = (chunk, chance) =>
  chance.isLucky(0.5) ? chunk.subarray(1) : chunk.subarray(0, -1);

/** Faults of single bytes. */
export const BYTE_FAULTS = {
  "flipped bits": spoiling(flip),
  "burst of errors": spoiling(burst),
  "byte lost": spoiling(lose),
  "byte doubled": spoiling(double),
  "byte inserted": spoiling(insert),
  "zero made": spoiling(makeZero),
  "zero lost": spoiling(loseZero),
} as const satisfies Record<string, Fault>;
