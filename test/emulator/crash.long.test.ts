/**
 * A test process that is killed leaves nothing behind: no process, no link, no socket, no folder.
 * Everything is looked for by what it was, for 5 s at most.
 */
import { afterAll, describe, expect, test } from "bun:test";
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { type ChildProcess, spawn } from "node:child_process";
import { openPort } from "../../host/client/index.ts";
import { hasNoPty, isAlive, startEmulating, until } from "../cli/emulating.ts";
import {
  atEnd,
  cleanUp,
  environmentOf,
  numberOf,
  readEvent,
  temporaryFolder,
} from "../cli/mayfly.ts";

afterAll(cleanUp);

const GRACE_MS = 5000;
const PROGRAM = join(import.meta.dir, "crash-program.ts");

/** Processes, this one apart, whose command line has the text. */
const processesWith = (text: string): readonly string[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(text);
      } catch {
        return false; // it has ended
      }
    });

const isThere = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

const isListening = async (port: string): Promise<boolean> => {
  const line = await openPort(port)();
  if (line.ok) await line.value.close();
  return line.ok;
};

/** What is still there of a list, when the grace is over. */
const leftOf = async <T>(
  all: readonly T[],
  isLeft: (one: T) => boolean | Promise<boolean>,
): Promise<readonly T[]> => {
  const deadlineMs = performance.now() + GRACE_MS;
  const look = async (): Promise<readonly T[]> => {
    const left: T[] = [];
    for (const one of all) if (await isLeft(one)) left.push(one);
    return left;
  };
  let left = await look();
  while (left.length > 0 && performance.now() < deadlineMs) {
    await Bun.sleep(50);
    left = await look();
  }
  return left;
};

/** A pty by its number and when it was made: the number alone may be another's soon. */
const ptyOf = (link: string): string => {
  const slave = readlinkSync(link);
  return `${slave} ${lstatSync(slave).ctimeMs} ${lstatSync(slave).rdev}`;
};

const isSamePty = (pty: string): boolean => {
  const [slave = ""] = pty.split(" ");
  const found = lstatSync(slave, { throwIfNoEntry: false });
  return found !== undefined && `${slave} ${found.ctimeMs} ${found.rdev}` === pty;
};

const startProgram = async (home: string, ...words: readonly string[]) => {
  const child: ChildProcess = spawn(process.execPath, [PROGRAM, ...words], {
    cwd: home,
    env: { ...environmentOf(home), TMPDIR: home },
    stdio: ["ignore", "pipe", "ignore"],
  });
  atEnd(() => void child.kill("SIGKILL")); // a claim that does not hold must not leave it
  const ended = new Promise<void>((done) => void child.on("close", () => done()));
  if (child.stdout === null) throw new Error("its output is a pipe");
  for await (const line of createInterface({ input: child.stdout })) {
    const said: unknown = JSON.parse(line);
    return { child, ended, said };
  }
  throw new Error("it said nothing");
};

interface Told {
  readonly paths: readonly string[];
  readonly tcp: string;
}

const isTold = (value: unknown): value is Told =>
  typeof value === "object" && value !== null && "paths" in value && "tcp" in value;

const isSupervised = (
  value: unknown,
): value is { readonly supervisor: number; readonly events: readonly object[] } =>
  typeof value === "object" && value !== null && "supervisor" in value && "events" in value;

/** The folder of a home where emulators list themselves, with nothing but names' locks in it. */
const restIn = (home: string): readonly string[] =>
  readdirSync(join(home, "run")).filter((name) => !name.endsWith(".lock"));

describe.skipIf(hasNoPty)("pty: a test process that is killed", () => {
  for (const signal of ["SIGKILL", "SIGTERM", "SIGINT"] as const) {
    test(`in process, ${signal}: no folder, link, socket, pty or watcher is left`, async () => {
      const home = temporaryFolder();
      const { child, ended, said } = await startProgram(home, "in-process", home);
      const told = Array.isArray(said) ? said.filter(isTold) : [];
      expect(told.length).toBe(2);
      const paths = told.flatMap((one) => one.paths);
      const folder = dirname(paths[0] ?? "");
      const ptys = told.map((one) => ptyOf(one.paths[0] ?? ""));
      const ports = told.map(({ tcp }) => tcp);
      expect([...paths, folder].filter(isThere)).toEqual([...paths, folder]);
      await until("a watcher", () => processesWith(folder).length === 1);
      expect(await isListening(ports[0] ?? "")).toBe(true);
      child.kill(signal);
      await ended;
      expect(await leftOf([...paths, folder], isThere)).toEqual([]);
      expect(await leftOf(ptys, isSamePty)).toEqual([]);
      expect(await leftOf(ports, isListening)).toEqual([]);
      expect(await leftOf([folder], (one) => processesWith(one).length > 0)).toEqual([]);
      expect(readdirSync(home)).toEqual([]);
    });
  }

  test("in process: a socket that is another's by now stays", async () => {
    const home = temporaryFolder();
    const { child, ended } = await startProgram(home, "in-process", home);
    const file = join(home, "socket-0");
    const own = readlinkSync(file);
    const taken = Bun.spawnSync(["ln", "-sfn", home, file]);
    expect(taken.exitCode).toBe(0);
    child.kill("SIGKILL");
    await ended;
    expect(await leftOf([own, dirname(own)], isThere)).toEqual([]);
    expect(readlinkSync(file)).toBe(home);
  });

  const WAYS: Readonly<Record<string, (home: string) => readonly string[]>> = {
    pty: (home) => ["--link", join(home, "port")],
    socket: (home) => ["--socket", join(home, "socket")],
    TCP: () => ["--tcp", "127.0.0.1:0"],
  };

  for (const [name, wordsOf] of Object.entries(WAYS)) {
    test(`mayfly emulate --with-parent, ${name}: no process, listing or name is left`, async () => {
      const home = temporaryFolder();
      const { child, ended, said } = await startProgram(home, "emulate", ...wordsOf(home));
      if (!isSupervised(said)) throw new Error("no supervisor");
      const events = said.events.map((event) => readEvent(JSON.stringify(event)));
      const pids = [said.supervisor, ...events.map((event) => numberOf(event, "pid"))];
      expect(pids.filter(isAlive).length).toBe(3);
      expect(restIn(home).length).toBeGreaterThan(1);
      child.kill("SIGKILL");
      await ended;
      expect(await leftOf(pids, isAlive)).toEqual([]);
      expect(restIn(home)).toEqual([]);
      expect(readdirSync(home).filter((one) => one !== "run")).toEqual([]);
      const [again] = await startEmulating(home).listening();
      expect(again).toMatchObject({ name: "A" });
    });

    test(`${name}: a supervisor that is killed leaves neither, and its name is free`, async () => {
      const home = temporaryFolder();
      const emulating = startEmulating(home, ...wordsOf(home));
      const [listening = {}] = await emulating.listening();
      await emulating.end("SIGKILL");
      expect(await leftOf([numberOf(listening, "pid")], isAlive)).toEqual([]);
      expect(restIn(home)).toEqual([]);
      expect(readdirSync(home)).toEqual(["run"]);
      expect(await startEmulating(home).listening()).toMatchObject([{ name: "A" }]);
    });

    test(`${name}: of a signer that is killed the supervisor clears up at its end`, async () => {
      const home = temporaryFolder();
      const emulating = startEmulating(home, ...wordsOf(home));
      const [listening = {}] = await emulating.listening();
      process.kill(numberOf(listening, "pid"), "SIGKILL");
      expect(await emulating.end("SIGTERM")).toBe(0);
      expect(restIn(home)).toEqual([]);
      expect(readdirSync(home)).toEqual(["run"]);
    });
  }
});
