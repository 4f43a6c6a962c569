/** The client in Python as a process: the events that it prints, the words that it is told. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { until } from "../../cli/emulating.ts";
import { atEnd, type JsonEvent, readEvent } from "../../cli/mayfly.ts";

const PYTHON = Bun.env["MAYFLY_PYTHON"] ?? "";
const SCRIPT = join(import.meta.dir, "mayfly_client.py");
const PACKAGES = "cbor2, cobs, cryptography, mnemonic, noise, serial";

/** Whether MAYFLY_PYTHON names no Python that has the client's packages. */
export const hasNoPython: boolean =
  Bun.which(PYTHON) === null ||
  !Bun.spawnSync([PYTHON, "-c", `import ${PACKAGES}`], { stderr: "ignore" }).success;

/** A client that goes on. */
export interface Client {
  readonly events: readonly JsonEvent[];
  /** The first event of a name; fails where none comes. */
  readonly first: (name: string) => Promise<JsonEvent>;
  /** Tells it the words of a pairing code. */
  readonly tell: (words: string) => void;
  /** Ends it at once, so that it says no goodbye to the device. */
  readonly kill: () => void;
  /** Waits for its end: the exit code, or -1 where it was killed. */
  readonly end: () => Promise<number>;
}

/** Starts the client on a port; `cleanUp` ends it at the latest. */
export const startClient = (port: string, ...words: readonly string[]): Client => {
  const child = spawn(PYTHON, [SCRIPT, port, ...words], { stdio: ["pipe", "pipe", "inherit"] });
  const events: JsonEvent[] = [];
  const ended = new Promise<number>((resolve) => child.on("close", (code) => resolve(code ?? -1)));
  child.stdin.on("error", () => undefined);
  createInterface({ input: child.stdout }).on("line", (line) => events.push(readEvent(line)));
  const kill = (): void => void child.kill("SIGKILL");
  atEnd(async () => {
    kill();
    await ended;
  });
  const find = (name: string): JsonEvent | undefined => events.find(({ event }) => event === name);
  return {
    events,
    first: async (name) => {
      await until(`the client says ${name}`, () => find(name) !== undefined);
      return find(name) ?? {};
    },
    tell: (line) => void child.stdin.write(`${line}\n`),
    kill,
    end: async () => ended,
  };
};

/** What a client came to. */
export interface ClientRun {
  readonly code: number;
  readonly events: readonly JsonEvent[];
  /** The event of a name; an empty one where there is none. */
  readonly said: (name: string) => JsonEvent;
}

/** Waits for a client's end. */
export const endOf = async (client: Client): Promise<ClientRun> => {
  const code = await client.end();
  const { events } = client;
  return { code, events, said: (name) => events.find(({ event }) => event === name) ?? {} };
};

/** Runs the client to its end. */
export const runClient = async (port: string, ...words: readonly string[]): Promise<ClientRun> =>
  endOf(startClient(port, ...words));
