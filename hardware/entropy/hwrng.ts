/** The board's own generator of noise, by Linux's `/dev/hwrng` (hw_random of the kernel's docs). */
import { constants, openSync, readSync } from "node:fs";
import type { EntropySource } from "./source.ts";

const DEVICE = "/dev/hwrng";
/** Virtual devices give 4 kB a second, and nothing for a tenth of one: a start takes 300 ms. */
const PATIENCE_MS = 1000;
const WAIT_MS = 1;

/** Other work waits with it. */
const rest = (): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAIT_MS);

const isNotReady = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "EAGAIN";

/** Bytes read: 0 where nothing is ready, -1 where nothing will come. */
const readSome = (fd: number, target: Uint8Array): number => {
  try {
    const count = readSync(fd, target, 0, target.length, null);
    return count === 0 ? -1 : count;
  } catch (error) {
    return isNotReady(error) ? 0 : -1;
  }
};

const openDevice = (path: string): number | undefined => {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
};

/**
 * The device, or `undefined` where there is none that this user may read. Whether its driver
 * whitens is not known, so half of what it gives is claimed. It stays open; a fill waits for
 * `patienceMs` in all, and other work with it.
 */
export const openHardwareSource = (
  path = DEVICE,
  patienceMs = PATIENCE_MS,
): EntropySource | undefined => {
  const fd = openDevice(path);
  if (fd === undefined) return undefined;
  return {
    name: "hwrng",
    claimedEntropy: 4,
    isSlow: true,
    fill: (target) => {
      let waits = 0;
      for (let filled = 0; filled < target.length; ) {
        const count = readSome(fd, target.subarray(filled));
        if (count < 0 || waits * WAIT_MS >= patienceMs) return false;
        if (count === 0) {
          waits += 1;
          rest();
        }
        filled += count;
      }
      return true;
    },
  };
};
