/**
 * The supervisor of emulators: one process for each signer, started again when it ends, as a board
 * boots again when its power returns. The process gets its settings on standard input, and ends by
 * itself when that closes, so a supervisor that dies leaves no signer behind.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type ErrorName, fail, isErrorName, type Outcome, ok } from "../../protocol/errors.ts";

/** What an emulator is started with; `boot` and `lastReason` are the supervisor's. */
export interface EmulatorSettings {
  readonly name: string;
  readonly network: string;
  readonly approve: string;
  readonly link: string;
  readonly runFolder: string;
  readonly rngSeed?: string;
  readonly mnemonic?: string;
  readonly dieAfterInput?: number;
}

/** An event of an emulator's process, as it printed it. */
export type EmulatorEvent = { readonly event: string } & Readonly<Record<string, unknown>>;

/** What an emulator said when its port was ready. */
export interface Listening {
  readonly name: string;
  readonly path: string;
  readonly pid: number;
  readonly phase: string;
  readonly fingerprint: string | null;
}

/** A supervised emulator. */
export interface SupervisedEmulator {
  readonly name: string;
  readonly path: string;
  readonly pid: () => number | undefined;
  /** Ends the process without warning and waits for the next boot; `changes` hold from then on. */
  readonly powerCut: (
    changes?: Pick<EmulatorSettings, "dieAfterInput">,
  ) => Promise<Outcome<Listening, "emulator_failed">>;
  readonly press: (line: string) => void;
  /** Ends it for good. */
  readonly stop: () => Promise<void>;
}

/** Who is told of events; `logs` decides what becomes of the process's standard error. */
export interface SupervisorOptions {
  readonly onEvent?: (event: EmulatorEvent) => void;
  readonly logs?: "inherit" | "ignore";
}

/** Exit code of an emulator that was told to die in the middle and stays down. */
const UNPLUGGED = 86;
const RESTART_MS = 20;
const START_TIMEOUT_MS = 15_000;
const MAIN = fileURLToPath(new URL("../../hardware/emulator/main.ts", import.meta.url));

const isEvent = (value: unknown): value is EmulatorEvent =>
  typeof value === "object" &&
  value !== null &&
  "event" in value &&
  typeof value.event === "string";

const parseEvent = (line: string): EmulatorEvent | undefined => {
  try {
    const value: unknown = JSON.parse(line);
    return isEvent(value) ? value : undefined;
  } catch {
    return undefined; // not ours to print
  }
};

const listeningOf = (event: EmulatorEvent): Listening | undefined => {
  const { name, path, pid, phase, fingerprint } = event;
  if (event.event !== "listening" || typeof name !== "string") return undefined;
  if (typeof path !== "string" || typeof pid !== "number") return undefined;
  if (typeof phase !== "string") return undefined;
  return {
    name,
    path,
    pid,
    phase,
    fingerprint: typeof fingerprint === "string" ? fingerprint : null,
  };
};

type Started = Outcome<Listening, ErrorName>;

const failureOf = (event: EmulatorEvent): Started => {
  const { error, details } = event;
  const name = typeof error === "string" && isErrorName(error) ? error : "emulator_failed";
  const isDetails = typeof details === "object" && details !== null;
  const texts = isDetails ? Object.entries(details).map(([key, one]) => [key, String(one)]) : [];
  return fail(name, Object.fromEntries(texts));
};

/** One life of the process: resolves once it listens, or has failed to. */
const launch = (
  settings: EmulatorSettings & { readonly boot: number; readonly lastReason: string },
  options: SupervisorOptions,
  onExit: (code: number | null, reason: string) => void,
): { readonly child: ChildProcess; readonly started: Promise<Started> } => {
  const child = spawn(process.execPath, [MAIN], {
    stdio: ["pipe", "pipe", options.logs ?? "ignore"],
  });
  const { promise, resolve } = Promise.withResolvers<Started>();
  let reason = "power";
  child.stdin.on("error", () => undefined); // it ended before it read: its exit tells
  child.stdin.write(`${JSON.stringify(settings)}\n`);
  createInterface({ input: child.stdout }).on("line", (line) => {
    const event = parseEvent(line);
    if (event === undefined) return;
    if (event.event === "ended" && typeof event["reason"] === "string") reason = event["reason"];
    if (event.event === "failed") resolve(failureOf(event));
    const listening = listeningOf(event);
    if (listening !== undefined) resolve(ok(listening));
    options.onEvent?.(event);
  });
  child.on("error", () => resolve(fail("emulator_failed", { name: settings.name })));
  child.on("close", (code) => {
    resolve(fail("emulator_failed", { name: settings.name }));
    onExit(code, reason);
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), START_TIMEOUT_MS);
  void promise.then(() => clearTimeout(timer));
  return { child, started: promise };
};

/** Starts an emulator and keeps it running. */
export const superviseEmulator = async (
  settings: EmulatorSettings,
  options: SupervisorOptions = {},
): Promise<Outcome<SupervisedEmulator, ErrorName>> => {
  let now = settings;
  let boot = 0;
  let isStopped = false;
  let child: ChildProcess | undefined;
  let onBoot: ((started: Outcome<Listening, "emulator_failed">) => void) | undefined;
  let ended = Promise.resolve();

  const start = (lastReason: string): Promise<Started> => {
    const { promise: exit, resolve: exited } = Promise.withResolvers<void>();
    ended = exit;
    const life = launch({ ...now, boot, lastReason }, options, (code, reason) => {
      exited();
      child = undefined;
      if (!isStopped && code !== UNPLUGGED && hasStarted) setTimeout(restart, RESTART_MS, reason);
    });
    boot += 1;
    ({ child } = life);
    return life.started;
  };
  const restart = (reason: string): void => {
    if (isStopped) return;
    void start(reason).then((started) => {
      onBoot?.(started.ok ? started : fail("emulator_failed", { name: now.name }));
      onBoot = undefined;
    });
  };
  let hasStarted = false;
  const first = await start("power");
  if (!first.ok) return first;
  hasStarted = true;

  return ok({
    name: settings.name,
    path: first.value.path,
    pid: () => child?.pid,
    powerCut: (changes = {}) => {
      now = { ...now, ...changes };
      const { promise, resolve } = Promise.withResolvers<Outcome<Listening, "emulator_failed">>();
      onBoot = resolve;
      if (child === undefined) restart("power");
      else child.kill("SIGKILL");
      return promise;
    },
    press: (line) => void child?.stdin?.write(`${line}\n`),
    stop: async () => {
      isStopped = true;
      child?.kill("SIGTERM");
      await ended;
    },
  });
};
