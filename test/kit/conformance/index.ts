/** One suite for every device and every way to it: emulators of each kind, and real boards. */
import { describe, test } from "bun:test";
import type { Subject } from "./subject.ts";
import { TALKING } from "./talking.ts";
import { WORKING } from "./working.ts";

export { type Bench, type Need, must, type Subject } from "./subject.ts";

/** Declares a test for each case; those that the subject cannot stand are skipped, and counted. */
export const conform = (subject: Subject): void => {
  describe(subject.name, () => {
    for (const { claim, need, run } of [...TALKING, ...WORKING]) {
      const declare = subject.hasMany ? test.concurrent : test;
      declare.skipIf(!subject.offers(need))(claim, async () => {
        await using bench = await subject.prepare(need);
        await run(bench);
      });
    }
  });
};
