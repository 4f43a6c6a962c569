/** One fuzz run of a target: the saved inputs first, then changed ones. */
import { expect } from "bun:test";
import fc from "fast-check";
import { SEED } from "../protocol/random.ts";
import { type Entry, readCorpus } from "./corpus.ts";
import { mutated, wellChecked } from "./mutations.ts";
import type { Target } from "./targets.ts";

/** How long a run goes on: until either is reached. */
export interface Extent {
  readonly runs: number;
  readonly timeMs: number;
}

const verdictOf = (target: Target, { bytes, isAccepted, name }: Entry): string => {
  try {
    return target.read(bytes) === isAccepted
      ? ""
      : `${name} is ${isAccepted ? "refused" : "taken"}`;
  } catch (cause) {
    return `${name}: ${String(cause)}`;
  }
};

/** Reads all saved inputs of a target; each must get the verdict of its first line. */
export const replay = (target: Target): void => {
  const corpus = readCorpus(target.name);
  expect(corpus.length).toBeGreaterThan(5);
  expect(corpus.map((entry) => verdictOf(target, entry)).filter(Boolean)).toEqual([]);
};

const fail = (target: Target, run: fc.RunDetails<[Uint8Array]>): void => {
  const [input = new Uint8Array(0)] = run.counterexample ?? [];
  const cause = run.errorInstance;
  throw new Error(
    `${target.name} (seed ${run.seed}): ${String(cause)}\nadd to the corpus: ${input.toHex()}`,
  );
};

/** Reads changed inputs until the extent is reached; a broken property shows its input as hex. */
export const fuzz = (target: Target, { runs, timeMs }: Extent): void => {
  const corpus = readCorpus(target.name).map(({ bytes }) => bytes);
  const changed = mutated(corpus);
  const inputs = target.name === "frames" ? fc.oneof(changed, wellChecked) : changed;
  let [read, accepted] = [0, 0];
  const property = fc.property(inputs, (bytes) => {
    read += 1;
    if (target.read(bytes)) accepted += 1;
  });
  fc.assert(property, {
    seed: SEED,
    numRuns: runs,
    interruptAfterTimeLimit: timeMs,
    markInterruptAsFailure: false,
    reporter: (run) => {
      if (run.failed) fail(target, run);
    },
  });
  console.log(`fuzz ${target.name}: ${read} inputs, ${accepted} accepted`);
  expect(accepted).toBeGreaterThan(0);
};
