/** `mayfly emulate --approve FILE` with a file that does not do: one sentence, exit code 2. */
import { afterAll, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expectSentence } from "./contract.ts";
import { hasNoPty } from "./emulating.ts";
import { cleanUp, runMayfly, temporaryFolder } from "./mayfly.ts";

afterAll(cleanUp);

const refusedWith = async (content: string): Promise<string> => {
  const home = temporaryFolder();
  const file = join(home, "approve.json");
  writeFileSync(file, content);
  const run = await runMayfly({ home }, "emulate", "--approve", file);
  expectSentence(run, "arguments_invalid", 2);
  return run.stderr;
};

test.concurrent("no JSON, and JSON that is no list", async () => {
  const says = "holds neither a JSON list of rules or recorded answers nor a log";
  const both = await Promise.all([refusedWith("["), refusedWith("{}")]);
  for (const said of both) expect(said).toContain(says);
});

describe.skipIf(hasNoPty)("pty: what the emulator's process reads", () => {
  test.concurrent("a rule that is spelt otherwise", async () => {
    const said = await refusedWith('[{"when":{"text":"a"},"pres":"yes"}]');
    expect(said).toContain('option: --approve, why: rule 1: "pres" is none of when, press');
  });
});

test("a file that is not there: one sentence, exit code 2", async () => {
  const home = temporaryFolder();
  const run = await runMayfly({ home }, "emulate", "--approve", join(home, "none.json"));
  expectSentence(run, "arguments_invalid", 2);
  expect(run.stderr).toContain("none.json is none of auto, never, ask, and no such file");
});
