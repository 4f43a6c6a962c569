/** Ten thousand runs over mixed faults; between them every fault occurs. */
import { expect, test } from "bun:test";
import { type Campaign, missingFaults, runSeeds, tellFailure } from "./campaign.ts";

const FIRST_SEED = 1;
const BATCHES = 20;
const PER_BATCH = 500;
const TIMEOUT_MS = 120_000;

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
      expect(missingFaults(campaign).length).toBeLessThan(12);
    },
    TIMEOUT_MS,
  );
}

test("every fault was injected in some of these runs", () => {
  const missing = campaigns.map(missingFaults);
  const never = (missing[0] ?? []).filter((name) => missing.every((one) => one.includes(name)));
  expect(never).toEqual([]);
});
