/**
 * Three hundred runs of both ends over lines that fail in every way that is known; ten thousand in
 * the long suite.
 */
import { expect, spyOn, test } from "bun:test";
import { BREAKAGES } from "./breakages.ts";
import { type Campaign, runSeeds, tellFailure, unseen } from "./campaign.ts";
import { run } from "./run.ts";

const FIRST_SEED = 1;
const BATCHES = 3;
const PER_BATCH = 100;
const TIMEOUT_MS = 60_000;

const campaigns: Campaign[] = [];

for (let batch = 0; batch < BATCHES; batch += 1) {
  const from = FIRST_SEED + batch * PER_BATCH;
  test(
    `seeds ${from} to ${from + PER_BATCH - 1}: every invariant holds`,
    () => {
      const campaign = runSeeds(from, PER_BATCH);
      campaigns.push(campaign);
      const { firstFailingSeed } = campaign;
      expect(firstFailingSeed === undefined ? "" : tellFailure(firstFailingSeed)).toBe("");
      expect(campaign.signed).toBeGreaterThan(PER_BATCH);
    },
    TIMEOUT_MS,
  );
}

test("all that must come of faults was seen in some of these runs", () => {
  const [first, ...others] = campaigns.map(unseen);
  const never = (first ?? []).filter((what) => others.every((one) => one.includes(what)));
  expect(campaigns).toHaveLength(BATCHES);
  expect(never).toEqual([]);
});

test(
  "a seed runs the same again, to the byte and the microsecond",
  () => {
    for (const seed of [3, 41, 96, 333]) {
      const [first, second] = [run({ seed }), run({ seed, isTraced: true })];
      expect(second.hash).toBe(first.hash);
      expect(second.steps).toBe(first.steps);
    }
    expect(run({ seed: 3 }).hash).not.toBe(run({ seed: 4 }).hash);
  },
  TIMEOUT_MS,
);

test(
  "no clock and no chance of this machine is in a run",
  () => {
    const spies = [spyOn(Date, "now"), spyOn(Math, "random"), spyOn(performance, "now")];
    for (const seed of [5, 6, 7]) expect(run({ seed }).findings).toEqual([]);
    const asked = spies.map(({ mock }) => mock.calls.length);
    for (const spy of spies) spy.mockRestore();
    expect(asked).toEqual([0, 0, 0]);
  },
  TIMEOUT_MS,
);

for (const [name, breakage] of Object.entries(BREAKAGES)) {
  test(
    `the simulation sees it where a world is broken: ${name}`,
    () => {
      const seeds = Array.from({ length: 40 }, (_, seed) => seed + 1);
      const seen = seeds.find((seed) =>
        run({ seed, breakage }).findings.some(({ invariant }) => invariant === breakage.breaks),
      );
      expect(seen).toBeDefined();
      expect(run({ seed: seen ?? 0 }).findings).toEqual([]);
    },
    TIMEOUT_MS,
  );
}
