/** What gives noise, and the operating system's own generator as one that does. */
import { randomFillSync } from "node:crypto";

/** A source of noise. A sample is a byte. */
export interface EntropySource {
  /** As it is reported; two sources of one name count as one. */
  readonly name: string;
  /** Min-entropy that a byte is claimed to have at the least; bits, above 0 and at most 8. */
  readonly claimedEntropy: number;
  /** It is asked to seed and to reseed only, not at every draw. */
  readonly isSlow?: boolean;
  /** Fills all of `target`, or gives up within a bounded time: false. */
  readonly fill: (target: Uint8Array) => boolean;
}

/** The kernel's generator, as getrandom(2) gives it. */
export const createKernelSource = (): EntropySource => ({
  name: "kernel",
  claimedEntropy: 8,
  fill: (target) => {
    randomFillSync(target);
    return true;
  },
});
