/**
 * Random bytes in the arena: HMAC_DRBG, reseeded from every tap before each request, each tap under
 * health tests. Once a tap is unhealthy the generator stays failed.
 */
import { type Pointer, read } from "bun:ffi";
import { fail, type Outcome, ok } from "../../../protocol/errors.ts";
import type { Span } from "./address.ts";
import type { Take } from "./scratch.ts";
import type { EntropyTap } from "./entropy.ts";
import { drbgHolds, generate, instantiate, STATE_BYTES, update } from "./hmac-drbg.ts";
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
/** Requests after which each source starts anew, under a new anchor. */
const STARTED_FOR = 1000;

/** The taps together: all of them tested, none of them believed alone. */
const createTaps = (room: Room, taps: readonly EntropyTap[]) => {
  const watched = taps.map((tap) => ({ ...tap, ...watchTap(room, tap) }));
  let isHealthy = true;
  return {
    startUp: (): boolean => {
      isHealthy &&= watched.every(({ startUp }) => startUp());
      return isHealthy;
    },
    /** A draw of each; nothing where one is unhealthy. */
    draw: (take: Take): readonly Span[] | undefined => {
      const drawn = watched.map(({ drawBytes, draw }) => {
        const at = take(drawBytes);
        isHealthy &&= draw(at);
        return { at, length: drawBytes };
      });
      return isHealthy ? drawn : undefined;
    },
  };
};

/** A generator over taps that have passed their start-up test. */
export const createRandom = (
  room: Room,
  sources: readonly EntropyTap[],
): Outcome<Random, "rng_failed" | "self_test_failed"> => {
  if (!drbgHolds(room)) return fail("self_test_failed", { test: "HMAC_DRBG" });
  const { arena } = room;
  const taps = createTaps(room, sources);
  const state = arena.reserve(STATE_BYTES);
  let [left, wipes] = [0, arena.wipes()];
  /** After everything was wiped there is neither an anchor nor a state. */
  const isStarted = (): boolean => {
    if (left > 0 && wipes === arena.wipes()) return true;
    if (!taps.startUp()) return false;
    const seeded = arena.scratch((take) => {
      const drawn = taps.draw(take);
      if (drawn !== undefined) instantiate(room, state, drawn);
      return drawn !== undefined;
    });
    [left, wipes] = [STARTED_FOR, arena.wipes()];
    return seeded;
  };
  if (!isStarted()) return fail("rng_failed");
  const fill: Random["fill"] = (out, length, extra = NONE) => {
    if (!isStarted()) return false;
    left -= 1;
    return arena.scratch((take) => {
      const drawn = taps.draw(take);
      if (drawn === undefined) return false;
      update(room, state, [...drawn, extra]);
      generate(room, state, out, length);
      return true;
    });
  };
  return ok({
    fill,
    publicNumber: () =>
      arena.scratch((take) => {
        const at = take(PUBLIC_BYTES);
        return fill(at, PUBLIC_BYTES) ? read.u16(at, 0) : undefined;
      }),
  });
};
