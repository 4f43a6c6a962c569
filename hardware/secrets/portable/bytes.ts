/** Small work on byte arrays that hold secrets. */
import type { Rng } from "../../../firmware/hal.ts";
import { fail, type Outcome, ok } from "../../../protocol/errors.ts";

/** No bytes. */
export const NONE: Uint8Array = new Uint8Array(0);

/** One array of all of them; the caller wipes it where it holds a secret. */
export const join = (...parts: readonly Uint8Array[]): Uint8Array => {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
};

/** Zeroes them, as far as this engine can: the collector may have left copies. */
export const zero = (...arrays: readonly Uint8Array[]): void => {
  for (const array of arrays) array.fill(0);
};

/** Byte-wise `left ^ right`, as long as `left`. */
export const xor = (left: Uint8Array, right: Uint8Array): Uint8Array =>
  left.map((byte, index) => byte ^ (right[index] ?? 0));

/** Whether they are equal, in a time that does not tell where they differ. */
export const areEqual = (left: Uint8Array, right: Uint8Array): boolean =>
  left.length === right.length && xor(left, right).reduce((sum, byte) => sum | byte, 0) === 0;

/** Fresh bytes of the board's generator. */
export const randomBytes = (rng: Rng, length: number): Outcome<Uint8Array, "rng_failed"> => {
  const bytes = new Uint8Array(length);
  const filled = rng.fill(bytes);
  return filled.ok ? ok(bytes) : fail("rng_failed");
};
