/** Ten thousand runs over mixed faults, with other seeds than the ordinary test's. */
import { expect, test } from "bun:test";
import { missingFaults, runSeeds, tellFailure } from "./campaign.ts";

const FIRST_SEED = 100_000;
const BATCHES = 20;
const PER_BATCH = 500;
const TIMEOUT_MS = 120_000;

for (let batch = 0; batch < BATCHES; batch += 1) {
  const from = FIRST_SEED + batch * PER_BATCH;
  test(
    `seeds ${from} to ${from + PER_BATCH - 1}: every invariant holds`,
    () => {
      const campaign = runSeeds(from, PER_BATCH);
      const { firstFailingSeed } = campaign;
      expect(firstFailingSeed === undefined ? "" : tellFailure(firstFailingSeed)).toBe("");
      expect(missingFaults(campaign).length).toBeLessThan(12);
    },
    TIMEOUT_MS,
  );
}
