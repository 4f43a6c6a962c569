/** Random bytes: of tested sources, or a stream that one seed repeats in tests. */
import { createHmac } from "node:crypto";
import type { Rng } from "../../../firmware/hal.ts";
import { type Outcome, ok } from "../../../protocol/errors.ts";
import { createHealthyRng, createJitterSource, createKernelSource } from "../../entropy/index.ts";

/**
 * This machine's generator; `rng_failed` where not both of its sources are healthy. A hardware
 * generator reaches it through the kernel, which waits for it where many devices drain it.
 */
export const openSystemRng = (): Outcome<Rng, "rng_failed"> =>
  createHealthyRng([createKernelSource(), createJitterSource()]);

/**
 * The stream HMAC-SHA256(seed, label and counter): the same seed gives the same bytes. For tests
 * only; `label` keeps devices and boots that share a seed apart.
 */
export const createSeededRng = (seed: Uint8Array, label: string): Rng => {
  let counter = 0;
  let rest = new Uint8Array(0);
  const nextByte = (): number => {
    if (rest.length === 0) {
      rest = Uint8Array.from(createHmac("sha256", seed).update(`${label}/${counter}`).digest());
      counter += 1;
    }
    const byte = rest[0] ?? 0;
    rest = rest.subarray(1);
    return byte;
  };
  return {
    fill: (target) => {
      for (let i = 0; i < target.length; i += 1) target[i] = nextByte();
      return ok(undefined);
    },
  };
};
