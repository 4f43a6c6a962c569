/** Randomness of tests: from one printed seed, which MAYFLY_SEED repeats. */
import { createHash } from "node:crypto";
import fc from "fast-check";
import type { Rng } from "../../../firmware/hal.ts";
import { fail, ok } from "../../../protocol/errors.ts";

const drawn = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;

/** The seed of this run. */
export const SEED: number = Number(Bun.env["MAYFLY_SEED"] ?? drawn % 0x7fffffff);
console.info(`secrets: MAYFLY_SEED=${SEED}`);

/** Settings of a fast-check run of so many cases. */
export const seeded = (numRuns: number): { readonly seed: number; readonly numRuns: number } => ({
  seed: SEED,
  numRuns,
});

/** A generator whose bytes follow from the seed and a label. */
export const seededRng = (label: string): Rng => {
  let counter = 0;
  return {
    fill: (target) => {
      for (let offset = 0; offset < target.length; offset += 32) {
        counter += 1;
        const block = createHash("sha256").update(`${SEED} ${label} ${counter}`).digest();
        target.set(block.subarray(0, target.length - offset), offset);
      }
      return ok(undefined);
    },
  };
};

/** A generator that works `times` times and then fails. */
export const failingRng = (times: number): Rng => {
  const rng = seededRng("failing");
  let left = times;
  return {
    fill: (target) => {
      left -= 1;
      return left < 0 ? fail("rng_failed") : rng.fill(target);
    },
  };
};

/** Bytes of a fixed or a bounded length. */
export const bytes = (minLength: number, maxLength = minLength): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength, maxLength });
