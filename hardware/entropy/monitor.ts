/** One source under its health tests: no byte leaves it untested. */
import { assert } from "../../protocol/errors.ts";
import { cutoffsOf } from "./cutoffs.ts";
import { createHealthTest, type HealthFailure } from "./health.ts";
import { anchorLength, createRecurrenceTest } from "./recurrence.ts";
import type { EntropySource } from "./source.ts";

/** What is wrong with a source: it gives nothing, or one of the tests says so. */
export type SourceFault = "silent" | "recurrence" | HealthFailure;

/** A source that is watched. Once it has a fault, it has that fault. */
export interface Monitor {
  readonly name: string;
  readonly claimedEntropy: number;
  readonly isSlow: boolean;
  /** Fills `target` with tested samples; where it has a fault, with zeros. */
  readonly draw: (target: Uint8Array) => SourceFault | undefined;
  /** Draws a new anchor for the recurrence test; nobody gets these samples. */
  readonly renew: () => SourceFault | undefined;
}

const fills = (source: EntropySource, target: Uint8Array): boolean => {
  try {
    return source.fill(target);
  } catch {
    return false;
  }
};

/** The bounds within which cutoffs make sense: below, no window could tell a stuck source. */
const isClaim = (entropy: number): boolean => entropy >= 0.1 && entropy <= 8;

/** Puts a source under its tests; `falseAlarmBits` as in `cutoffsOf`. */
export const watch = (source: EntropySource, falseAlarmBits: number): Monitor => {
  const { name, claimedEntropy, isSlow = false } = source;
  assert(isClaim(claimedEntropy), "a source claims from 0.1 to 8 bits a byte");
  const health = createHealthTest(cutoffsOf(claimedEntropy, falseAlarmBits));
  const recurrence = createRecurrenceTest(anchorLength(claimedEntropy, falseAlarmBits));
  let previous = 0;
  let first = 0;
  let fault: SourceFault | undefined;

  const test = (sample: number): boolean => {
    if (health.startsWindow()) first = sample;
    const passes = health.take(sample === previous, sample === first);
    previous = sample;
    return recurrence.take(sample) && passes;
  };

  const find = (target: Uint8Array): SourceFault | undefined => {
    if (target.length === 0) return undefined;
    // What stood there must not pass for samples of a source that writes nothing.
    target.fill(0);
    if (!fills(source, target)) return "silent";
    return target.every(test) ? undefined : (health.failure() ?? "recurrence");
  };

  const draw = (target: Uint8Array): SourceFault | undefined => {
    fault ??= find(target);
    if (fault !== undefined) target.fill(0);
    return fault;
  };

  return {
    name,
    claimedEntropy,
    isSlow,
    draw,
    renew: () => {
      recurrence.restart();
      return draw(new Uint8Array(recurrence.length));
    },
  };
};
