/** Hostile bytes: no reader throws, and what is accepted is what its bytes say. */
import { describe, test } from "bun:test";
import { fuzz, replay } from "./fuzzing.ts";
import { TARGETS } from "./targets.ts";

describe.each([...TARGETS])("$name", (target) => {
  test("the saved inputs get their verdicts", () => replay(target));
  test("changed inputs and random bytes", () => fuzz(target, { runs: 10_000, timeMs: 2000 }));
});
