/**
 * Cutoffs of the health tests, from the min-entropy that a source claims and the chance of a false
 * alarm: NIST SP 800-90B, section 4.4, which recommends 2^-20 to 2^-40.
 */
import { assert } from "../../protocol/errors.ts";
import type { HealthCutoffs } from "./health.ts";

/** Samples in a window, for samples of more than one bit (section 4.4.2). */
export const WINDOW = 512;

const FALSE_ALARM_BITS = 20;

/** Section 4.4.1: `1 + ceil(-log2(alpha) / H)`; `entropy` in bits a sample, alpha 2^-bits. */
export const repetitionCutoff = (entropy: number, falseAlarmBits = FALSE_ALARM_BITS): number =>
  1 + Math.ceil(falseAlarmBits / entropy);

/**
 * Section 4.4.2: `1 + CRITBINOM(W, 2^-H, 1 - alpha)`; `entropy` in bits a sample, alpha 2^-bits.
 * The tail is summed from its small end and by logarithms, so nothing is lost to rounding.
 */
export const proportionCutoff = (
  entropy: number,
  falseAlarmBits = FALSE_ALARM_BITS,
  window = WINDOW,
): number => {
  assert(entropy > 0, "a source claims some entropy");
  const same = -entropy * Math.LN2;
  const other = Math.log(-Math.expm1(same));
  const alpha = 2 ** -falseAlarmBits;
  let count = window;
  let ways = 0; // ln of the binomial coefficient of `window` over `count`
  let tail = Math.exp(window * same);
  while (tail <= alpha && count > 0) {
    ways += Math.log(count) - Math.log(window - count + 1);
    count -= 1;
    tail += Math.exp(ways + count * same + (window - count) * other);
  }
  return 1 + count;
};

/** Both cutoffs, for windows of 512 samples. */
export const cutoffsOf = (entropy: number, falseAlarmBits = FALSE_ALARM_BITS): HealthCutoffs => ({
  repetitionCutoff: repetitionCutoff(entropy, falseAlarmBits),
  window: WINDOW,
  proportionCutoff: proportionCutoff(entropy, falseAlarmBits),
});
