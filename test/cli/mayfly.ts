/** The program `mayfly` as a process: run to its end, with what it said. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The program's file. */
export const MAYFLY = join(import.meta.dir, "../../host/cli/main.ts");

/** A JSON line. */
export type JsonEvent = Readonly<Record<string, unknown>>;

const endings: (() => unknown)[] = [];

/** Registers what `cleanUp` does, the last one first. */
export const atEnd = (ending: () => unknown): void => {
  endings.push(ending);
};

/**
 * Ends what a test file has started and removes its folders. Each file says `afterAll(cleanUp)` for
 * itself: a hook of this module would count for the first file that loads it, and no other.
 */
export const cleanUp = async (): Promise<void> => {
  for (const ending of endings.splice(0).toReversed()) await ending();
};

/** A folder that goes with `cleanUp`: a `MAYFLY_HOME`, and a place for files. */
export const temporaryFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "mayfly-cli-test-"));
  atEnd(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

const isJsonEvent = (value: unknown): value is JsonEvent =>
  typeof value === "object" && value !== null && "event" in value;

/** Reads a line; throws where it is no event: nothing else belongs on standard output. */
export const readEvent = (line: string): JsonEvent => {
  const value: unknown = JSON.parse(line);
  if (!isJsonEvent(value)) throw new Error(`no event: ${line}`);
  return value;
};

/** Text under a name. */
export const textOf = (event: JsonEvent, name: string): string => {
  const value = event[name];
  if (typeof value !== "string") throw new Error(`no text ${name} in ${JSON.stringify(event)}`);
  return value;
};

/** A number under a name. */
export const numberOf = (event: JsonEvent, name: string): number => {
  const value = event[name];
  if (typeof value !== "number") throw new Error(`no number ${name} in ${JSON.stringify(event)}`);
  return value;
};

/** What a run came to. */
export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a run is made. */
export interface RunOptions {
  /** `MAYFLY_HOME`, and the folder it runs in. */
  readonly home: string;
  readonly stdin?: string | Uint8Array<ArrayBuffer>;
}

/** The environment of a run: nothing of the caller's but what programs need. */
export const environmentOf = (home: string) => ({
  ...process.env,
  MAYFLY_HOME: home,
  NO_COLOR: "1",
});

/** Starts `mayfly`; `end` gives what it came to, and may be asked for once. */
export const startMayfly = ({ home, stdin }: RunOptions, ...words: readonly string[]) => {
  const child = Bun.spawn([process.execPath, MAYFLY, ...words], {
    cwd: home,
    env: environmentOf(home),
    stdin: stdin === undefined ? "ignore" : new Blob([stdin]),
    stdout: "pipe",
    stderr: "pipe",
  });
  const end = async (): Promise<Run> => {
    const [stdout, stderr, code] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
      child.exited,
    ]);
    return { code, stdout, stderr };
  };
  return { kill: (signal: "SIGINT" | "SIGTERM" | "SIGHUP") => child.kill(signal), end };
};

/** Runs `mayfly` to its end. */
export const runMayfly = async (options: RunOptions, ...words: readonly string[]): Promise<Run> =>
  startMayfly(options, ...words).end();

/** All events of a run under `--json`. */
export const eventsOf = ({ stdout }: Run): readonly JsonEvent[] =>
  stdout
    .split("\n")
    .filter((line) => line !== "")
    .map(readEvent);

/** The last event; throws where there is none. */
export const lastOf = (run: Run): JsonEvent => {
  const last = eventsOf(run).at(-1);
  if (last === undefined) throw new Error(`nothing was said: ${run.stderr}`);
  return last;
};

/** Runs `mayfly … --json`, which must succeed; its last event. */
export const askMayfly = async (
  options: RunOptions,
  ...words: readonly string[]
): Promise<JsonEvent> => {
  const run = await runMayfly(options, ...words, "--json");
  if (run.code !== 0) throw new Error(`mayfly ${words[0]}: ${run.code} ${run.stdout}${run.stderr}`);
  return lastOf(run);
};
