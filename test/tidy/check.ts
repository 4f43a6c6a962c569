/**
 * `bun run check`: types, style, lint and the tidy rules. One line per step with its time, what
 * the step found below it, and at the end how many steps passed.
 */
import { findingsOf, readTree, RULES, TOP } from "./tidy.ts";

/** A step gives what it finds, in lines; none is a pass. */
interface Step {
  readonly name: string;
  readonly demands: string;
  readonly run: () => Promise<readonly string[]>;
}

const ROOMS = ["protocol", "firmware", "host", "hardware", "test"];

/** Runs a tool of node_modules on this very Bun; Node.js need not be installed. */
const tool = async (name: string, args: readonly string[]): Promise<readonly string[]> => {
  const child = Bun.spawn([process.execPath, "run", "--silent", "--bun", name, ...args], {
    cwd: TOP,
    env: { ...process.env, NO_COLOR: "1" },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (code === 0) return [];
  const lines = `${out}\n${err}`.split("\n").filter((line) => line.trim() !== "");
  return [...lines, `${name} ended with ${code}`];
};

const STYLE = ["--config-path=test/tidy/style.json", "--reporter=concise"];
const LINT = ["--type-aware", "--disable-nested-config", "-c", "test/tidy/oxlint.json"];

const TOOLS: readonly Step[] = [
  { name: "types", demands: "TypeScript, strict", run: () => tool("tsc", ["-p", "."]) },
  {
    name: "types, Node",
    demands: "the same, with Node's side of the imports of package.json",
    run: () => tool("tsc", ["-p", ".", "--customConditions", "node"]),
  },
  {
    name: "style",
    demands: "Biome: format and lint",
    run: () =>
      tool("biome", ["check", ...STYLE, "--error-on-warnings", "--max-diagnostics=none", "."]),
  },
  {
    name: "lint",
    demands: "oxlint, with types",
    run: () => tool("oxlint", [...LINT, "--deny-warnings", "--format=unix", ...ROOMS]),
  },
];

const tidySteps = async (): Promise<readonly Step[]> => {
  const files = await readTree();
  return RULES.map((rule) => ({
    name: rule.name,
    demands: rule.demands,
    run: () => Promise.resolve(findingsOf(rule, files)),
  }));
};

const perform = async (step: Step): Promise<boolean> => {
  const began = performance.now();
  const found = await step.run();
  const tookMs = Math.round(performance.now() - began);
  const verdict = found.length === 0 ? "ok  " : "FAIL";
  console.log(
    `${verdict} ${step.name.padEnd(12)} ${String(tookMs).padStart(5)} ms  ${step.demands}`,
  );
  for (const line of found) console.log(`     ${line}`);
  return found.length === 0;
};

const main = async (): Promise<void> => {
  const results: boolean[] = [];
  for (const step of [...TOOLS, ...(await tidySteps())]) results.push(await perform(step));
  const passed = results.filter(Boolean).length;
  const failed = results.length - passed;
  console.log(`${passed} passed, ${failed} failed, 0 skipped`);
  process.exitCode = failed === 0 ? 0 : 1;
};

await main();
