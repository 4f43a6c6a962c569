/** One `bun test` process and what came of it. */
import { closeSync, openSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type Counts, judge, readReport } from "./counts.ts";

const TEST_TIMEOUT_MS = 60_000;

/** What a lane runs, and where. */
export interface Lane {
  /** The repository's top. */
  readonly top: string;
  readonly files: readonly string[];
  /** A folder of its own, made here: report, output, MAYFLY_HOME. */
  readonly room: string;
  /** Whether its output goes straight through or is kept. */
  readonly isLive: boolean;
}

/** How a lane ended. */
export interface LaneResult {
  readonly counts: Counts;
  /** Files in which no test ran. */
  readonly silent: readonly string[];
  /** What it said; empty where it went straight through. */
  readonly output: string;
}

/** Runs a lane's files in one process. */
export const runLane = async ({ top, files, room, isLive }: Lane): Promise<LaneResult> => {
  const [report, home, log] = [join(room, "report.xml"), join(room, "home"), join(room, "output")];
  await mkdir(home, { recursive: true });
  const output = openSync(log, "a");
  const sink = isLive ? "inherit" : output;
  const child = Bun.spawn(
    [
      process.execPath,
      "test",
      `--timeout=${TEST_TIMEOUT_MS}`,
      "--reporter=junit",
      `--reporter-outfile=${report}`,
      ...files.map((file) => `./${file}`),
    ],
    { cwd: top, env: { ...process.env, MAYFLY_HOME: home }, stdio: ["ignore", sink, sink] },
  );
  const end = (): void => child.kill();
  process.on("SIGTERM", end);
  const exitCode = await child.exited;
  process.off("SIGTERM", end);
  closeSync(output);
  const xml = Bun.file(report);
  const reported = readReport((await xml.exists()) ? await xml.text() : "");
  return { ...judge(reported, files, exitCode), output: await Bun.file(log).text() };
};
