/**
 * Runs the tests and ends with one line of counts. `bun test/run.ts [--long] [NAME…]`: without
 * `--long` all but `*.long.test.ts`, with it those alone; NAME is a part of a path.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { addUp, closingLine } from "./runner/counts.ts";
import { type LaneResult, runLane } from "./runner/lane.ts";
import { missingTools } from "./runner/optional-tools.ts";
import { dealFiles, readWish, selectTests, type Wish } from "./runner/selection.ts";

const TOP = join(import.meta.dir, "..");
/** Test processes side by side: more would only wait for each other's signers. */
const MOST_LANES = 2;

/** Files of one test process: whichever lane is free takes the next, so that none waits long. */
const PILE = 6;

/** Runs the files in lanes; the first one's output is live, the others' follows when it is done. */
const runTests = async (files: readonly string[], room: string): Promise<number> => {
  const piles = dealFiles(files, Math.ceil(files.length / PILE)).entries();
  const work = async (lane: number): Promise<readonly LaneResult[]> => {
    const done: LaneResult[] = [];
    for (const [i, pile] of piles) {
      const own = { top: TOP, files: pile, room: join(room, `${i}`), isLive: lane === 0 };
      done.push(await runLane(own));
    }
    return done;
  };
  const lanes = Array.from({ length: Math.min(MOST_LANES, availableParallelism()) }, (_, i) => i);
  const results = (await Promise.all(lanes.map(work))).flat();
  for (const { output } of results) process.stdout.write(output);
  const silent = results.flatMap((result) => result.silent);
  if (silent.length > 0) console.log(`\nNo test ran in: ${silent.join(", ")}`);
  const counts = addUp(results.map((result) => result.counts));
  console.log(`\n${closingLine(counts)}`);
  return counts.failed === 0 && counts.passed + counts.skipped > 0 ? 0 : 1;
};

const run = async (wish: Wish): Promise<number> => {
  const paths = await Array.fromAsync(new Bun.Glob("test/**/*.test.ts").scan({ cwd: TOP }));
  const files = selectTests(paths, wish);
  console.log(missingTools(wish.long));
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
