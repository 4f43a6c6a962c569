/** Random bytes that one seed repeats, for tests. */
import { createHmac } from "node:crypto";
import type { Rng } from "../../../firmware/hal.ts";
import { ok } from "../../../protocol/errors.ts";

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
