/**
 * Runs the tests and ends with one line of counts. `bun test/run.ts [--long] [NAME…]`: without
 * `--long` all but `*.long.test.ts`, with it those alone; NAME is a part of a path.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { addUp, closingLine } from "./runner/counts.ts";
import { runLane } from "./runner/lane.ts";
import { missingTools } from "./runner/optional-tools.ts";
import { dealFiles, readWish, selectTests, type Wish } from "./runner/selection.ts";

const TOP = join(import.meta.dir, "..");
/** Test processes side by side: more would only wait for each other's signers. */
const MOST_LANES = 2;

/** Runs the files in lanes; the first one's output is live, the others' follows when it is done. */
const runTests = async (files: readonly string[], room: string): Promise<number> => {
  const lanes = dealFiles(files, Math.min(MOST_LANES, availableParallelism()));
  const running = lanes.map((lane, i) =>
    runLane({ top: TOP, files: lane, room: join(room, `${i}`), isLive: i === 0 }),
  );
  const results = [];
  for (const lane of running) {
    const result = await lane;
    process.stdout.write(result.output);
    results.push(result);
  }
  const silent = results.flatMap((result) => result.silent);
  if (silent.length > 0) console.log(`\nNo test ran in: ${silent.join(", ")}`);
  const counts = addUp(results.map((result) => result.counts));
  console.log(`\n${closingLine(counts)}`);
  return counts.failed === 0 && counts.passed + counts.skipped > 0 ? 0 : 1;
};

const run = async (wish: Wish): Promise<number> => {
  const paths = await Array.fromAsync(new Bun.Glob("test/**/*.test.ts").scan({ cwd: TOP }));
  const files = selectTests(paths, wish);
  console.log(missingTools());
  if (files.length === 0) {
    console.log(closingLine({ passed: 0, failed: 0, skipped: 0 }));
    return wish.long ? 0 : 1;
  }
  const room = await mkdtemp(join(tmpdir(), "mayfly-test-"));
  // The terminal tells the children too: waiting for them keeps the temporary folder from staying.
  process.on("SIGINT", () => undefined);
  try {
    return await runTests(files, room);
  } finally {
    await rm(room, { recursive: true, force: true });
  }
};

const main = async (): Promise<number> => {
  const wish = readWish(process.argv.slice(2));
  if (typeof wish !== "string") return run(wish);
  console.error(wish);
  return 1;
};

process.exitCode = await main();
