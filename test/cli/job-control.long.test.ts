/** `mayfly emulate &` in a person's shell: a background job is not stopped by its terminal. */
import { afterAll, expect, test } from "bun:test";
import { environmentOf, cleanUp, MAYFLY, temporaryFolder } from "./mayfly.ts";
import { hasNoPty } from "./emulating.ts";

afterAll(cleanUp);

const isMissing = hasNoPty || Bun.which("script") === null || Bun.which("bash") === null;

test.skipIf(isMissing)("pty, script(1): in the background it runs on and answers", async () => {
  const home = temporaryFolder();
  const mayfly = `${process.execPath} ${MAYFLY}`;
  const lines = [
    `${mayfly} emulate --json > ${home}/log 2>&1 &`,
    "sleep 3",
    "jobs -l",
    `${mayfly} status --port A --json`,
    "kill %1",
    "wait",
  ];
  const shell = Bun.spawn(
    ["script", "-qec", `bash --norc -ic '${lines.join("\n")}'`, "/dev/null"],
    {
      cwd: home,
      env: environmentOf(home),
      stdin: "ignore",
      stdout: "pipe",
      stderr: "inherit",
    },
  );
  const text = await new Response(shell.stdout).text();
  await shell.exited;
  expect(text).not.toContain("Stopped");
  expect(text).toContain('"event":"status","name":"A","phase":"sealed"');
});
