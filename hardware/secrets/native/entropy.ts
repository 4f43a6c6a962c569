/**
 * Where the native engine's entropy comes from: taps that fill an address, so that no sample
 * becomes a JavaScript value.
 */
import type { Pointer } from "bun:ffi";
import type { Rng } from "../../../firmware/hal.ts";
import { past } from "./address.ts";
import type { Arena } from "./arena.ts";
import type { Libc } from "./libraries.ts";

/** A source of entropy. */
export interface EntropyTap {
  readonly name: string;
  /** Bits that a byte of it is claimed to have at least. */
  readonly claimedBits: number;
  /** Bytes of it that go into each draw. */
  readonly drawBytes: number;
  /** False where it fails. */
  readonly fill: (at: Pointer, length: number) => boolean;
}

/** SP 800-90A, section 8.6.7: entropy of the full strength, and a nonce of half of it. */
const KERNEL_BYTES = 48;

/** The kernel's generator, getrandom(2); it has 8 bits a byte, and 4 are claimed. */
export const kernelTap = (libc: Libc): EntropyTap => ({
  name: "kernel",
  claimedBits: 4,
  drawBytes: KERNEL_BYTES,
  fill: (at, length) => Number(libc.getrandom(at, length, 0)) === length,
});

const CLOCK_MONOTONIC = 1;
/** Where the nanoseconds lie in a struct timespec; little-endian, so their low byte comes first. */
const NANOSECONDS_AT = 8;
const TIMESPEC_BYTES = 16;
const JITTER_BYTES = 128;

/**
 * The low byte of the monotonic clock's nanoseconds, read again and again: caches, interrupts and
 * the clock's own rate move it. A second source, so little is claimed of it.
 */
export const jitterTap = (libc: Libc, arena: Arena): EntropyTap => ({
  name: "clock jitter",
  claimedBits: 0.25,
  drawBytes: JITTER_BYTES,
  fill: (at, length) =>
    arena.scratch((take) => {
      const now = take(TIMESPEC_BYTES);
      for (let i = 0; i < length; i += 1) {
        if (libc.clock_gettime(CLOCK_MONOTONIC, now) !== 0) return false;
        libc.memcpy(past(at, i), past(now, NANOSECONDS_AT), 1);
      }
      return true;
    }),
});

/** A generator in JavaScript, for an insecure emulator's repeatable randomness and for tests. */
export const insecureTap = (name: string, rng: Rng, arena: Arena): EntropyTap => ({
  name,
  claimedBits: 4,
  drawBytes: KERNEL_BYTES,
  fill: (at, length) => {
    const bytes = new Uint8Array(length);
    if (!rng.fill(bytes).ok) return false;
    arena.lay(at, bytes);
    bytes.fill(0);
    return true;
  },
});
