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
  const draw = (most: number): Uint8Array => {
    if (rest.length === 0) {
      rest = new Uint8Array(createHmac("sha256", seed).update(`${label}/${counter}`).digest());
      counter += 1;
    }
    const drawn = rest.subarray(0, most);
    rest = rest.subarray(drawn.length);
    return drawn;
  };
  return {
    fill: (target) => {
      for (let at = 0; at < target.length; ) {
        const drawn = draw(target.length - at);
        target.set(drawn, at);
        at += drawn.length;
      }
      return ok(undefined);
    },
  };
};
