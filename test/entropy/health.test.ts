/** The health tests, held to SP 800-90B's own steps, told over whole sequences. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { createHealthTest, createRecurrenceTest } from "../../hardware/entropy/index.ts";

const CUTOFFS = { repetitionCutoff: 4, window: 16, proportionCutoff: 8 };

/** Index of the first sample at which the test says no; -1 where there is none. */
const firstNo = (samples: readonly number[], cutoffs = CUTOFFS): number => {
  const health = createHealthTest(cutoffs);
  let first = 0;
  return samples.findIndex((sample, i) => {
    if (health.startsWindow()) first = sample;
    return !health.take(sample === samples[i - 1], sample === first);
  });
};

/** The two tests as the standard's sentences put them. */
const model = (samples: readonly number[]): number =>
  samples.findIndex((sample, i) => {
    const { repetitionCutoff, window, proportionCutoff } = CUTOFFS;
    const last = samples.slice(Math.max(0, i + 1 - repetitionCutoff), i + 1);
    const repeats = last.length === repetitionCutoff && last.every((one) => one === sample);
    const block = samples.slice(i - (i % window), i + 1);
    return repeats || block.filter((one) => one === block[0]).length >= proportionCutoff;
  });

const few = fc.array(fc.nat({ max: 2 }), { maxLength: 120 });
const RUNS = { seed: 90_002, numRuns: 2000 };

describe("SP 800-90B, 4.4", () => {
  test("any sequence: the first sample refused is the model's", () => {
    console.log(`seed: ${RUNS.seed}`);
    fc.assert(
      fc.property(few, (samples) => {
        expect(firstNo(samples)).toBe(model(samples));
      }),
      RUNS,
    );
  });

  test("repetition count: the cutoff itself is too many, one less is not", () => {
    expect(firstNo([1, 1, 1, 2, 2, 2, 1, 1, 1])).toBe(-1);
    expect(firstNo([2, 1, 1, 1, 1])).toBe(4);
  });

  test("adaptive proportion: the cutoff within one window, not across two", () => {
    const window = [9, 1, 9, 2, 9, 3, 9, 4, 9, 5, 9, 6, 9, 7, 7, 8];
    expect(firstNo([...window, ...window])).toBe(-1);
    expect(firstNo([...window.slice(0, 14), 9])).toBe(14);
  });

  test("once unhealthy it stays so, and names the test that said it first", () => {
    const health = createHealthTest(CUTOFFS);
    expect([health.startsWindow(), health.failure()]).toEqual([true, undefined]);
    const answers = [false, true, true, true, false, false].map((same) => health.take(same, false));
    expect(answers).toEqual([true, true, true, false, false, false]);
    expect(health.failure()).toBe("repetition");
  });

  test("what the first samples are said to equal does not count", () => {
    const health = createHealthTest({ repetitionCutoff: 2, window: 4, proportionCutoff: 2 });
    expect(health.take(true, true)).toBe(true);
    expect(health.take(false, false)).toBe(true);
  });
});

describe("the recurrence test", () => {
  test("any sequence: refused where the anchor ends again, as a search for it says", () => {
    console.log(`seed: ${RUNS.seed}`);
    fc.assert(
      fc.property(few, fc.integer({ min: 1, max: 6 }), (samples, length) => {
        const recurrence = createRecurrenceTest(length);
        const anchor = Buffer.from(samples.slice(0, length));
        const found = Buffer.from(samples).indexOf(anchor, 1);
        const whole = anchor.length === length && found > 0;
        const refused = samples.findIndex((sample) => !recurrence.take(sample));
        expect(refused).toBe(whole ? found + length - 1 : -1);
      }),
      RUNS,
    );
  });

  test("a new anchor forgets the old one, not what was found", () => {
    const recurrence = createRecurrenceTest(2);
    const take = (...samples: readonly number[]) => samples.map(recurrence.take);
    expect(take(1, 2, 3)).toEqual([true, true, true]);
    recurrence.restart();
    expect(take(4, 5, 1, 2, 4, 5)).toEqual([true, true, true, true, true, false]);
    recurrence.restart();
    expect(take(6)).toEqual([false]);
  });
});
