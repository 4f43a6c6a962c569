/** The workflow file is YAML with the steps that the examples need; a long test runs them. */
import { expect, test } from "bun:test";
import { readdir } from "node:fs/promises";
import top from "../../package.json" with { type: "json" };
import { EXAMPLES, readWorkflow } from "./workflow.ts";

test("checks out, brings Bun and Node, installs, and then tests", async () => {
  const { steps } = await readWorkflow();
  const actions = steps.flatMap(({ uses }) => (uses === undefined ? [] : [uses]));
  expect(actions.map((action) => action.split("@")[0])).toEqual([
    "actions/checkout",
    "oven-sh/setup-bun",
    "actions/setup-node",
  ]);
  for (const action of actions) expect(action).toMatch(/@v\d+\.\d+\.\d+$/);
  expect(steps.map(({ run }) => run?.split(" ")[0])).toEqual([
    ...actions.map(() => undefined),
    "npm",
    "bun",
    "node",
    "npx",
  ]);
  expect(steps[1]?.settings).toEqual({ "bun-version": top.packageManager.replace("bun@", "") });
  expect(steps[2]?.settings).toEqual({ "node-version": 20 });
});

test("each run has a seed of its own, which its number tells", async () => {
  const { env } = await readWorkflow();
  expect(env).toEqual({ MAYFLY_SEED: expect.stringMatching(/^\$\{\{ github\.run_number \}\}$/) });
});

test("what its commands name is among the examples", async () => {
  const { steps } = await readWorkflow();
  const words = steps.flatMap(({ run = "" }) => run.split(" "));
  const named = words.filter((word) => /^[\w.-]+\//.test(word));
  expect(named).toHaveLength(3);
  const files = await readdir(EXAMPLES, { recursive: true });
  for (const path of named) expect(files).toContain(path.replace(/^\.\/|\/$/g, ""));
});
