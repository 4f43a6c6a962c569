/**
 * Random bytes in the arena: HMAC_DRBG over every tap, each under the continuous health tests of
 * SP 800-90B, section 4.4. Once a tap is unhealthy the generator stays failed.
 */
import { type Pointer, read } from "bun:ffi";
import { fail, type Outcome, ok } from "../../../protocol/errors.ts";
import { past } from "./address.ts";
import type { EntropyTap } from "./entropy.ts";
import { drbgHolds, fillFrom } from "./hmac-drbg.ts";
import type { Room } from "./room.ts";
import { watchTap } from "./tap-watch.ts";

/** The engine's generator. */
export interface Random {
  /** Fills an address; false where the generator has failed. `extra` is mixed in. */
  readonly fill: (at: Pointer, length: number, extra?: Uint8Array) => boolean;
  /** Sixteen random bits that become public, such as a set's identifier. */
  readonly publicNumber: () => number | undefined;
}

const NONE = new Uint8Array(0);
/** SP 800-90B, section 4.3: the start-up test takes so many samples at least, and drops them. */
const START_UP_SAMPLES = 1024;
const START_UP_DRAW = 128;
const PUBLIC_BYTES = 2;

/** A generator over taps that have passed their start-up test. */
export const createRandom = (
  room: Room,
  taps: readonly EntropyTap[],
): Outcome<Random, "rng_failed" | "self_test_failed"> => {
  if (!drbgHolds(room)) return fail("self_test_failed", { test: "HMAC_DRBG" });
  const watched = taps.map((tap) => ({ ...tap, fill: watchTap(room, tap) }));
  let isHealthy = watched.every(({ fill }) =>
    room.arena.scratch((take) => {
      const at = take(START_UP_DRAW);
      for (let done = 0; done < START_UP_SAMPLES; done += START_UP_DRAW) {
        if (!fill(at, START_UP_DRAW)) return false;
      }
      return true;
    }),
  );
  if (!isHealthy) return fail("rng_failed");
  const fill: Random["fill"] = (out, length, extra = NONE) =>
    room.arena.scratch((take) => {
      const drawn = watched.map((tap) => {
        const at = take(tap.drawBytes);
        isHealthy &&= tap.fill(at, tap.drawBytes);
        return { at, length: tap.drawBytes };
      });
      if (isHealthy) fillFrom(room, [...drawn, extra], out, length);
      return isHealthy;
    });
  return ok({
    fill,
    publicNumber: () =>
      room.arena.scratch((take) => {
        const at = past(take(PUBLIC_BYTES), 0);
        return fill(at, PUBLIC_BYTES) ? read.u16(at, 0) : undefined;
      }),
  });
};
