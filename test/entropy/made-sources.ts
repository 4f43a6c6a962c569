/** Sources of noise for tests: their bytes come from a seed, or are wrong in one way. */
import { createHash } from "node:crypto";
import type { EntropySource } from "../../hardware/entropy/index.ts";

/** Bytes without end, the same for the same seed; the seed is printed. */
export const seededBytes = (seed: string): (() => number) => {
  console.log(`seed: ${seed}`);
  let block = 0;
  let rest: number[] = [];
  return () => {
    if (rest.length === 0) {
      rest = [...createHash("sha256").update(`${seed}/${block}`).digest()];
      block += 1;
    }
    return rest.pop() ?? 0;
  };
};

/** A source of the next bytes. */
export const sourceOf = (name: string, next: () => number, claimedEntropy = 8): EntropySource => ({
  name,
  claimedEntropy,
  fill: (target) => {
    for (let i = 0; i < target.length; i += 1) target[i] = next();
    return true;
  },
});

/** The same block again and again. */
export const repeating = (next: () => number, period: number): (() => number) => {
  const block = Array.from({ length: period }, next);
  let i = 0;
  return () => {
    const byte = block[i % period] ?? 0;
    i += 1;
    return byte;
  };
};

/** Nine of ten bytes are one value. */
export const biased = (next: () => number): (() => number) => {
  return () => (next() < 230 ? 0x5a : next());
};

/** `before` for so many bytes, `after` from then on. */
export const changing = (
  count: number,
  before: () => number,
  after: () => number,
): (() => number) => {
  let i = 0;
  return () => {
    i += 1;
    return i <= count ? before() : after();
  };
};
