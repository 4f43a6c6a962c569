/** The same as fuzz.test.ts, for a quarter of a minute each. */
import { describe, test } from "bun:test";
import { fuzz, replay } from "./fuzzing.ts";
import { TARGETS } from "./targets.ts";

const EACH_MS = 15_000;
const TIMEOUT_MS = 60_000;

describe.each([...TARGETS])("$name", (target) => {
  test(
    "the saved inputs, then changed ones and random bytes",
    () => {
      replay(target);
      fuzz(target, { runs: 100_000_000, timeMs: EACH_MS });
    },
    TIMEOUT_MS,
  );
});
