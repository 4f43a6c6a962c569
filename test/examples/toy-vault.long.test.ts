/**
 * The toy vault as strangers run it: the built package installed into an empty project, the files
 * copied there, and each command of the workflow run after it has installed, which is done here:
 * there is no lock file yet. Needs Node, npm and its registry.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { cp } from "node:fs/promises";
import { dirname, join } from "node:path";
import { openWorkshop, type Workshop } from "../package/installed.ts";
import { hasNode, hasRegistry } from "../package/registry.ts";
import { EXAMPLES, readWorkflow } from "./workflow.ts";

const LONG_MS = 240_000;
const VITEST = "vitest@4.1.12";
const COPIED = ["toy-vault", "toy-vault.test.ts", "node", "vitest"] as const;

/** What each command of the workflow says when every test has passed, and none was left out. */
const SAYS: Readonly<Record<string, readonly RegExp[]>> = {
  "bun:test": [/^ 5 pass$/m, /^ 0 fail$/m, /^Ran 5 tests across 1 file\./m],
  "Node's test runner": [/^(?:#|ℹ) tests 5$/m, /^(?:#|ℹ) pass 5$/m, /^(?:#|ℹ) skipped 0$/m],
  Vitest: [
    /^ *Test Files +2 passed \(2\)$/m,
    /^ *Tests +5 passed \(5\)$/m,
    /^worker 1$/m,
    /^worker 2$/m,
  ],
};

/** Runs a command of a workflow in its project, with this very Bun as `bun`. */
const perform = async (command: string, cwd: string) => {
  const child = Bun.spawn(["sh", "-c", command], {
    cwd,
    env: {
      ...process.env,
      PATH: `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}`,
      MAYFLY_SEED: "7",
      NO_COLOR: "1",
    },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { code, said: `${out}\n${err}` };
};

describe.skipIf(!(hasNode() && hasRegistry()))("needs Node.js, npm and its registry", () => {
  let workshop: Workshop;
  let project = "";
  beforeAll(async () => {
    workshop = await openWorkshop();
    project = await workshop.project("npm", [await workshop.pack(), VITEST]);
    for (const name of COPIED) {
      await cp(join(EXAMPLES, name), join(project, name), { recursive: true });
    }
  }, LONG_MS);
  afterAll(() => workshop[Symbol.asyncDispose]());

  test.each(Object.keys(SAYS))(
    "%s: each test passes, and no other was left out",
    async (name) => {
      const { steps } = await readWorkflow();
      const { code, said } = await perform(
        steps.find((step) => step.name === name)?.run ?? "exit 9",
        project,
      );
      for (const pattern of SAYS[name] ?? []) expect(said).toMatch(pattern);
      expect(code).toBe(0);
    },
    LONG_MS,
  );

  test("these are all of the workflow's commands but the one that installs", async () => {
    const { steps } = await readWorkflow();
    const named = steps.filter(({ run }) => run !== undefined).map(({ name }) => name);
    expect(named).toEqual(["install", ...Object.keys(SAYS)]);
  });
});
