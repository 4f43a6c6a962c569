/**
 * The continuous health tests of SP 800-90B, section 4.4, on samples that stay in the arena: they
 * need to know only which samples are equal, and memmem(3) says no more than that.
 */
import type { Pointer } from "bun:ffi";
import { createHealthTest, cutoffsOf } from "../../entropy/index.ts";
import { past } from "./address.ts";
import type { EntropyTap } from "./entropy.ts";
import type { Room } from "./room.ts";

/** Blocks of one draw that must not come twice in a row: catches what repeats with a period. */
const BLOCK_BYTES = 16;
/** SP 800-90B recommends 2^-20 to 2^-40; a device that draws often must not stop by chance. */
const FALSE_ALARM_BITS = 40;

/** A tap's filling, watched; false for ever once it failed or was unhealthy. */
export const watchTap = (
  { libraries: { libc }, arena }: Room,
  { claimedBits, fill }: EntropyTap,
): EntropyTap["fill"] => {
  const [previous, first, block] = [arena.reserve(1), arena.reserve(1), arena.reserve(BLOCK_BYTES)];
  const health = createHealthTest(cutoffsOf(claimedBits, FALSE_ALARM_BITS));
  const isSame = (one: Pointer, other: Pointer, length: number): boolean =>
    libc.memmem(one, length, other, length) !== null;
  const isHealthySample = (at: Pointer): boolean => {
    if (health.startsWindow()) arena.lay(first, { at, length: 1 });
    const isHealthy = health.take(isSame(at, previous, 1), isSame(at, first, 1));
    arena.lay(previous, { at, length: 1 });
    return isHealthy;
  };
  const isNewBlock = (at: Pointer): boolean => {
    const isNew = !isSame(at, block, BLOCK_BYTES);
    arena.lay(block, { at, length: BLOCK_BYTES });
    return isNew;
  };
  let hasFailed = false;
  return (at, length) => {
    hasFailed ||= !fill(at, length);
    for (let i = 0; i < length && !hasFailed; i += 1) hasFailed = !isHealthySample(past(at, i));
    for (let i = 0; i + BLOCK_BYTES <= length && !hasFailed; i += BLOCK_BYTES) {
      hasFailed = !isNewBlock(past(at, i));
    }
    return !hasFailed;
  };
};
