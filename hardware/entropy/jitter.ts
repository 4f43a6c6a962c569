/**
 * Noise of the processor: how long some touches of memory take, by the finest clock there is. It
 * rests on caches, interrupts and clocks that nobody has modelled here, so its claim is a small
 * part of what is measured (`test/entropy/jitter.test.ts`), and it never stands alone.
 */
import type { EntropySource } from "./source.ts";

/** More than a first-level cache holds of one way, little enough to spare: 64 KiB. */
const MEMORY_BYTES = 65_536;
/** Touches between two looks at the clock: fewer are too regular, more take too long. */
const TOUCHES = 24;
/** An LCG (Numerical Recipes, section 7.1) chooses where: no prefetcher follows it. */
const [FACTOR, STEP] = [1_664_525, 1_013_904_223];

const now = (): number => process.hrtime()[1];

/** The low byte of each difference; half a bit a byte is claimed. Under 1 µs a byte. */
export const createJitterSource = (): EntropySource => {
  const memory = new Uint8Array(MEMORY_BYTES);
  let place = 0;
  let last = now();

  const touch = (): void => {
    for (let i = 0; i < TOUCHES; i += 1) {
      place = (Math.imul(place, FACTOR) + STEP) >>> 0;
      const index = (place >>> 8) % MEMORY_BYTES;
      memory[index] = (memory[index] ?? 0) + 1;
    }
  };

  const sample = (): number => {
    touch();
    const time = now();
    // A second has 2^9 * 5^9 nanoseconds: where it ends, the low byte of the difference holds.
    const difference = (time - last) & 0xff;
    last = time;
    return difference;
  };

  return {
    name: "jitter",
    claimedEntropy: 0.5,
    fill: (target) => {
      for (let i = 0; i < target.length; i += 1) target[i] = sample();
      return true;
    },
  };
};
