/** A `mayfly` command that goes on while others run: what it says as it comes, what it is told. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { until } from "./emulating.ts";
import { atEnd, environmentOf, type JsonEvent, MAYFLY, readEvent, type Run } from "./mayfly.ts";

/** A running command. */
export interface Background {
  /** Lines of its standard output so far. */
  readonly lines: readonly string[];
  /** The first event that fits; the command must have been given `--json`. */
  readonly event: (fits: (event: JsonEvent) => boolean) => Promise<JsonEvent>;
  readonly write: (text: string) => void;
  readonly kill: (signal: "SIGINT" | "SIGTERM" | "SIGKILL") => void;
  /** What it came to. */
  readonly end: () => Promise<Run>;
}

/** Starts `mayfly …`; `cleanUp` ends it at the latest. */
export const startBackground = (home: string, ...words: readonly string[]): Background => {
  const child = spawn(process.execPath, [MAYFLY, ...words], {
    cwd: home,
    env: environmentOf(home),
  });
  const lines: string[] = [];
  let stderr = "";
  child.stdin.on("error", () => undefined);
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  createInterface({ input: child.stdout }).on("line", (line) => lines.push(line));
  const ended = new Promise<number>((resolve) => {
    child.on("close", (code) => resolve(code ?? -1));
  });
  const endWithUs = (): void => void child.kill("SIGKILL"); // a test run that ends too early
  process.once("exit", endWithUs);
  const end = async (): Promise<Run> => {
    const code = await ended;
    process.off("exit", endWithUs);
    return { code, stdout: lines.map((line) => `${line}\n`).join(""), stderr };
  };
  atEnd(async () => {
    child.kill("SIGTERM");
    await end();
  });
  return {
    lines,
    event: async (fits) => {
      let found: JsonEvent | undefined;
      await until(`an event of ${words.join(" ")}: ${stderr}`, () => {
        found = lines.map(readEvent).find(fits);
        return found !== undefined;
      });
      return found ?? {};
    },
    write: (text) => void child.stdin.write(text),
    kill: (signal) => void child.kill(signal),
    end,
  };
};

/** Starts `mayfly link`, and waits until it listens; its socket. */
export const startLink = async (home: string, port: string, socket: string) => {
  const link = startBackground(home, "link", "--port", port, "--socket", socket, "--json");
  await link.event(({ event }) => event === "linked");
  return link;
};
