/**
 * Random bytes in the arena: HMAC_DRBG over every tap, each under the continuous health tests of
 * SP 800-90B, section 4.4. Once a tap is unhealthy the generator stays failed.
 */
import { type Pointer, read } from "bun:ffi";
import { fail, type Outcome, ok } from "../../../protocol/errors.ts";
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
const PUBLIC_BYTES = 2;

/** A generator over taps that have passed their start-up test. */
export const createRandom = (
  room: Room,
  taps: readonly EntropyTap[],
): Outcome<Random, "rng_failed" | "self_test_failed"> => {
  if (!drbgHolds(room)) return fail("self_test_failed", { test: "HMAC_DRBG" });
  const watched = taps.map((tap) => ({ ...tap, ...watchTap(room, tap) }));
  let isHealthy = watched.every(({ startUp }) => startUp());
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
        const at = take(PUBLIC_BYTES);
        return fill(at, PUBLIC_BYTES) ? read.u16(at, 0) : undefined;
      }),
  });
};
