/**
 * Runs the tests and ends with one line of counts. `bun test/run.ts [--long] [NAME…]`: without
 * `--long` all but `*.long.test.ts`, with it those alone; NAME is a part of a path.
 */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { closingLine, judge, readReport } from "./runner/counts.ts";
import { missingTools } from "./runner/optional-tools.ts";
import { readWish, selectTests, type Wish } from "./runner/selection.ts";

const TOP = join(import.meta.dir, "..");
const TEST_TIMEOUT_MS = 60_000;

/** Runs the files in one `bun test`, whose output goes straight through. */
const runTests = async (files: readonly string[], room: string): Promise<number> => {
  const report = join(room, "report.xml");
  const home = join(room, "home");
  await mkdir(home);
  const child = Bun.spawn(
    [
      process.execPath,
      "test",
      `--timeout=${TEST_TIMEOUT_MS}`,
      "--reporter=junit",
      `--reporter-outfile=${report}`,
      ...files.map((file) => `./${file}`),
    ],
    {
      cwd: TOP,
      env: { ...process.env, MAYFLY_HOME: home },
      stdio: ["ignore", "inherit", "inherit"],
    },
  );
  process.on("SIGTERM", () => child.kill());
  const exitCode = await child.exited;
  const xml = Bun.file(report);
  const reported = readReport((await xml.exists()) ? await xml.text() : "");
  const { counts, silent } = judge(reported, files, exitCode);
  if (silent.length > 0) console.log(`\nNo test ran in: ${silent.join(", ")}`);
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
  // The terminal tells the child too: waiting for it keeps the temporary folder from staying.
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
