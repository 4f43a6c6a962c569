/** `mayfly emulate` as a process that goes on: its events as they come, presses, its end. */
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { spawn } from "node:child_process";
import { atEnd, environmentOf, type JsonEvent, MAYFLY, readEvent } from "./mayfly.ts";

/** Whether ptys are missing here; tests that need them have `pty` in their name. */
export const hasNoPty = !existsSync("/dev/ptmx");

/** A running `mayfly emulate --json`. */
export interface Emulating {
  readonly pid: number;
  readonly events: readonly JsonEvent[];
  /** The next event, from now on or since the last one waited for, that fits. */
  readonly next: (fits: (event: JsonEvent) => boolean) => Promise<JsonEvent>;
  /** The n next `listening` events. */
  readonly listening: (count?: number) => Promise<readonly JsonEvent[]>;
  readonly write: (line: string) => void;
  readonly closeInput: () => void;
  /** What it has said on standard error. */
  readonly complaints: () => string;
  /** Sends a signal and waits for the end; the exit code, or the signal that ended it. */
  readonly end: (signal: "SIGINT" | "SIGTERM" | "SIGKILL") => Promise<number | string>;
}

const PATIENCE_MS = 30_000;

/** Whether a process is there. */
export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** Waits until `condition` holds; fails after a time that measures nothing. */
export const until = async (claim: string, condition: () => boolean): Promise<void> => {
  const deadline = performance.now() + PATIENCE_MS;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`never came true: ${claim}`);
    await Bun.sleep(5);
  }
};

/** Whether an event says that a signer listens. */
export const isListening = ({ event }: JsonEvent): boolean => event === "listening";

/** Starts `mayfly emulate --json …`; `cleanUp` ends it at the latest. */
export const startEmulating = (home: string, ...words: readonly string[]): Emulating => {
  const child = spawn(process.execPath, [MAYFLY, "emulate", "--json", ...words], {
    cwd: home,
    env: environmentOf(home),
    stdio: ["pipe", "pipe", "pipe"],
  });
  const events: JsonEvent[] = [];
  let seen = 0;
  const ended = new Promise<number | string>((resolve) => {
    child.on("close", (code, signal) => resolve(signal ?? code ?? "lost"));
  });
  let complaints = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaints += text;
  });
  child.stdin.on("error", () => undefined);
  createInterface({ input: child.stdout }).on("line", (line) => events.push(readEvent(line)));
  const end = async (signal: "SIGINT" | "SIGTERM" | "SIGKILL"): Promise<number | string> => {
    child.kill(signal);
    return ended;
  };
  const endWithUs = (): void => void child.kill("SIGTERM"); // a test run that ends too early
  process.once("exit", endWithUs);
  atEnd(async () => {
    process.off("exit", endWithUs);
    await end("SIGTERM");
  });
  const next = async (fits: (event: JsonEvent) => boolean): Promise<JsonEvent> => {
    let found: JsonEvent | undefined;
    await until(`an event, after ${JSON.stringify(events)} and ${complaints}`, () => {
      while (found === undefined && seen < events.length) {
        const event = events[seen];
        seen += 1;
        if (event !== undefined && fits(event)) found = event;
      }
      return found !== undefined;
    });
    return found ?? {};
  };
  return {
    pid: child.pid ?? 0,
    events,
    next,
    listening: async (count = 1) => {
      const found: JsonEvent[] = [];
      for (let i = 0; i < count; i += 1) found.push(await next(isListening));
      return found;
    },
    write: (line) => void child.stdin.write(`${line}\n`),
    closeInput: () => void child.stdin.end(),
    complaints: () => complaints,
    end,
  };
};
