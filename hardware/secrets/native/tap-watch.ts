/**
 * Health tests on samples that stay in the arena: the two of SP 800-90B, section 4.4, which need to
 * know only which samples are equal; the recurrence of an anchor; and that no draw is the one
 * before. memmem(3) says just that.
 */
import type { Pointer } from "bun:ffi";
import { anchorLength, createHealthTest, cutoffsOf } from "../../entropy/index.ts";
import { past, type Span } from "./address.ts";
import type { EntropyTap } from "./entropy.ts";
import type { Room } from "./room.ts";

/** SP 800-90B recommends 2^-20 to 2^-40; a device that draws often must not stop by chance. */
const FALSE_ALARM_BITS = 40;
/** SP 800-90B, section 4.3: the start-up test takes so many samples at least, and drops them. */
const START_UP_SAMPLES = 1024;

/** A tap under watch. */
export interface WatchedTap {
  /** Tests the source before draws and takes a new anchor; false where it is not healthy. */
  readonly startUp: () => boolean;
  /** Draws to an address; false for ever once the tap failed or was unhealthy. */
  readonly draw: (at: Pointer) => boolean;
}

/** Puts a tap under watch. */
export const watchTap = (
  { libraries: { libc }, arena }: Room,
  { claimedBits, drawBytes, fill }: EntropyTap,
): WatchedTap => {
  const [previous, first] = [arena.reserve(1), arena.reserve(1)];
  const length = anchorLength(claimedBits, FALSE_ALARM_BITS);
  const anchor = { at: arena.reserve(length), length };
  const lastDraw = { at: arena.reserve(drawBytes), length: drawBytes };
  const health = createHealthTest(cutoffsOf(claimedBits, FALSE_ALARM_BITS));
  const isIn = (needle: Span, hay: Span): boolean =>
    libc.memmem(hay.at, hay.length, needle.at, needle.length) !== null;
  const isSame = (one: Pointer, other: Pointer): boolean =>
    isIn({ at: one, length: 1 }, { at: other, length: 1 });
  const isHealthySample = (at: Pointer): boolean => {
    if (health.startsWindow()) arena.lay(first, { at, length: 1 });
    const isHealthy = health.take(isSame(at, previous), isSame(at, first));
    arena.lay(previous, { at, length: 1 });
    return isHealthy;
  };
  let hasFailed = false;
  const fillTested = (at: Pointer, count: number): boolean => {
    hasFailed ||= !fill(at, count);
    for (let i = 0; i < count && !hasFailed; i += 1) hasFailed = !isHealthySample(past(at, i));
    return !hasFailed;
  };
  return {
    startUp: () =>
      arena.scratch((take) => {
        const at = take(START_UP_SAMPLES);
        if (!fillTested(at, START_UP_SAMPLES)) return false;
        arena.lay(anchor.at, { at, length });
        arena.lay(lastDraw.at, { at, length: drawBytes });
        hasFailed = isIn(anchor, { at: past(at, 1), length: START_UP_SAMPLES - 1 });
        return !hasFailed;
      }),
    draw: (at) => {
      const drawn = { at, length: drawBytes };
      hasFailed ||= !fillTested(at, drawBytes) || isIn(anchor, drawn) || isIn(lastDraw, drawn);
      if (!hasFailed) arena.lay(lastDraw.at, drawn);
      return !hasFailed;
    },
  };
};
