/**
 * The supervisor of emulators: one process for each signer, started again when it ends, as a board
 * boots again when its power returns. The process gets its settings on standard input, and ends by
 * itself when that closes, so a supervisor that dies leaves no signer behind.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Commands } from "../../protocol/commands/registry.ts";
import { type Failure, fail, type Outcome, ok } from "../../protocol/errors.ts";
import {
  type ApprovalState,
  type EmulatorEvent,
  type Listening,
  readEmulatorEvent,
} from "./emulator-events.ts";
import { EMULATOR_PROGRAM, emulatorWords } from "./emulator-program.ts";
import { clearLeftovers } from "./running.ts";

/** What an emulator is started with; `boot` and `lastReason` are the supervisor's. */
export interface EmulatorSettings {
  readonly name: string;
  readonly network: string;
  /** A word, or what a file of rules or of a recording holds: its process reads that. */
  readonly approve: string | readonly unknown[];
  /** A path for a link to its pty, `unix:PATH` or `tcp://HOST:PORT`. */
  readonly link: string;
  readonly runFolder: string;
  readonly rngSeed?: string;
  readonly mnemonic?: string;
  /** Hex of a `TRUST` in CBOR. */
  readonly trust?: string;
  readonly dieAfterInput?: number;
  /** What holds its keys: unless told the native engine, or the portable one where that is not. */
  readonly secrets?: EngineName;
  /** After wiping the process stays, so that its memory can be looked at. */
  readonly holdAfterWipe?: boolean;
  /** Locked pages that a reader outside finds, as on a kernel without memfd_secret. */
  readonly plainPages?: boolean;
  /** Threads of the native engine; one for each core unless told. */
  readonly threads?: number;
}

/** What holds a device's keys. */
export type EngineName = Commands["getStatus"]["result"]["secrets"]["engine"];

/** A supervised emulator. */
export interface SupervisedEmulator {
  readonly name: string;
  readonly path: string;
  /** The signer's process; absent while it is down. */
  readonly pid: () => number | undefined;
  /** The signer's link key (X25519), while it holds keys: the process's own word. */
  readonly linkKey: () => Uint8Array | undefined;
  /** Ends the process without warning and waits for the next boot; `changes` hold from then on. */
  readonly powerCut: (
    changes?: Pick<EmulatorSettings, "dieAfterInput">,
  ) => Promise<Outcome<Listening>>;
  readonly press: (line: string) => void;
  /** Rules, or questions of a recording, that have been of no use so far. */
  readonly unused: () => readonly string[];
  /** The check words that its screen shows, as a person in front of it would read them out. */
  readonly checkWords: () => string;
  /** Ends it for good; resolves when its process is gone. */
  readonly stop: () => Promise<void>;
}

/** Who is told of events; `logs` decides what becomes of the process's standard error. */
export interface SupervisorOptions {
  readonly onEvent?: (event: EmulatorEvent) => void;
  readonly logs?: "inherit" | "ignore";
  /** Told why the native engine does not run, where the portable one takes its place. */
  readonly onPortable?: (why: Failure) => void;
}

/** All that a signer's process needs of its supervisor's environment. */
const PASSED_ON = ["PATH", "LANG", "LC_ALL", "TZ", "TMPDIR"] as const;

/** A crash of a signer is nobody's business elsewhere: Bun reports none. */
const QUIET = { DO_NOT_TRACK: "1", BUN_ENABLE_CRASH_REPORTING: "0" };

/**
 * Nothing that opens a debugger or loads more code is passed on. JavaScriptCore's optimising tier
 * was seen to park secret bytes on its heap, from native calls that it had compiled; without it
 * they stay where they belong. The portable engine needs it.
 */
const environmentOf = (secrets: EngineName): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(PASSED_ON.map((name) => [name, process.env[name]])),
  ...QUIET,
  ...(secrets === "native" ? { BUN_JSC_useDFGJIT: "0" } : {}),
});

/** Exit code of an emulator that was told to die in the middle and stays down. */
const UNPLUGGED = 86;
const RESTART_MS = 20;
const START_TIMEOUT_MS = 15_000;
/** A process that does not end when it is asked to is ended. */
const STOP_TIMEOUT_MS = 2000;

type Started = Outcome<Listening>;

/** How a process ended. */
interface Exit {
  readonly code: number | null;
  /** Why its device ended, where it could say so; `power` otherwise. */
  readonly reason: string;
}

/** Settings of one life: the engine is decided. */
type LifeSettings = EmulatorSettings & { readonly secrets: EngineName };

/** One life of the process. */
interface Life {
  readonly child: ChildProcess;
  /** Resolves once it listens, or has failed to. */
  readonly started: Promise<Started>;
  readonly ended: Promise<Exit>;
}

const launch = (
  settings: LifeSettings & {
    readonly boot: number;
    readonly lastReason: string;
    readonly approved: readonly number[];
  },
  { logs = "ignore", onEvent }: SupervisorOptions,
): Life => {
  const { file, folder } = EMULATOR_PROGRAM;
  const child = spawn(file, emulatorWords(settings.runFolder, settings.name), {
    stdio: ["pipe", "pipe", logs],
    env: environmentOf(settings.secrets),
    cwd: folder,
  });
  const started = Promise.withResolvers<Started>();
  const ended = Promise.withResolvers<Exit>();
  const failure = fail("emulator_failed", { name: settings.name });
  let reason = "power";
  child.stdin.on("error", () => undefined); // it ended before it read: its exit tells
  child.stdin.write(`${JSON.stringify(settings)}\n`);
  createInterface({ input: child.stdout }).on("line", (line) => {
    const event = readEmulatorEvent(line);
    if (event === undefined) return;
    if (event.event === "ended") ({ reason } = event);
    if (event.event === "failed") started.resolve(event.failure);
    if (event.event === "listening") started.resolve(ok(event));
    onEvent?.(event);
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), START_TIMEOUT_MS);
  const settle = (code: number | null): void => {
    clearTimeout(timer);
    started.resolve(failure);
    ended.resolve({ code, reason });
  };
  child.on("error", () => settle(null));
  child.on("close", settle);
  void started.promise.finally(() => clearTimeout(timer));
  return { child, started: started.promise, ended: ended.promise };
};

const endLife = async ({ child, ended }: Life): Promise<void> => {
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
  await ended;
  clearTimeout(timer);
};

/** The lives of one emulator, one after the other. */
const createLives = (
  settings: LifeSettings,
  options: SupervisorOptions,
  approved: () => readonly number[],
) => {
  let now = settings;
  let boots = 0;
  let isStopped = false;
  let life: Life | undefined;
  let onBoot: ((started: Started) => void) | undefined;

  const begin = (lastReason: string): Promise<Started> => {
    const current = launch({ ...now, boot: boots, lastReason, approved: approved() }, options);
    boots += 1;
    life = current;
    void follow(current);
    return current.started;
  };
  /** A life that never began is not tried again; one that was told to stay down neither. */
  const follow = async (current: Life): Promise<void> => {
    const started = await current.started;
    if (started.ok) now = { ...now, link: started.value.path }; // a port once chosen stays
    onBoot?.(started);
    onBoot = undefined;
    const { code, reason } = await current.ended;
    life = undefined;
    if (started.ok && code !== UNPLUGGED) setTimeout(again, RESTART_MS, reason);
  };
  const again = (reason: string): void => {
    if (!isStopped && life === undefined) void begin(reason);
  };
  return {
    begin,
    child: () => life?.child,
    powerCut: (changes: Pick<EmulatorSettings, "dieAfterInput">): Promise<Started> => {
      now = { ...now, ...changes };
      const { promise, resolve } = Promise.withResolvers<Started>();
      onBoot = resolve;
      if (life === undefined) again("power");
      else life.child.kill("SIGKILL");
      return promise;
    },
    stop: async (): Promise<void> => {
      isStopped = true;
      onBoot?.(fail("emulator_failed", { name: settings.name }));
      if (life !== undefined) await endLife(life);
      clearLeftovers(settings.runFolder, settings.name);
    },
  };
};

/** What a process has said of itself that outlasts the event. */
const createWatch = () => {
  let linkKey: Uint8Array | undefined;
  let checkWords = "";
  let approval: Pick<ApprovalState, "progress" | "unused"> = { progress: [], unused: [] };
  const takeKey = (key: string | null): void => {
    linkKey = key === null ? undefined : Uint8Array.fromHex(key);
  };
  return {
    linkKey: () => linkKey,
    checkWords: () => checkWords,
    approval: () => approval,
    take: (event: EmulatorEvent): void => {
      switch (event.event) {
        case "listening":
          checkWords = "";
          takeKey(event.linkKey);
          return;
        case "phase":
          takeKey(event.linkKey);
          return;
        case "screen":
          checkWords = event.kind === "check-words" ? event.lines.join(" ") : "";
          return;
        case "approval":
          approval = event;
          return;
        case "pressed":
        case "unmatched":
        case "failed":
        case "wiped":
        case "ended":
      }
    },
  };
};

/** Starts an emulator and keeps it running. */
export const superviseEmulator = async (
  settings: EmulatorSettings,
  options: SupervisorOptions = {},
): Promise<Outcome<SupervisedEmulator>> => {
  const seen = createWatch();
  const onEvent = (event: EmulatorEvent): void => {
    seen.take(event);
    options.onEvent?.(event);
  };
  const begin = async (secrets: EngineName) => {
    const lives = createLives(
      { ...settings, secrets },
      { ...options, onEvent },
      () => seen.approval().progress,
    );
    return { lives, first: await lives.begin("power") };
  };
  let { lives, first } = await begin(settings.secrets ?? "native");
  if (!first.ok && first.error === "engine_missing" && settings.secrets === undefined) {
    options.onPortable?.(first);
    ({ lives, first } = await begin("portable"));
  }
  if (!first.ok) return first;
  return ok({
    name: settings.name,
    path: first.value.path,
    pid: () => lives.child()?.pid,
    linkKey: seen.linkKey,
    checkWords: seen.checkWords,
    powerCut: (changes = {}) => lives.powerCut(changes),
    press: (line) => void lives.child()?.stdin?.write(`${line}\n`),
    unused: () => seen.approval().unused,
    stop: lives.stop,
  });
};
