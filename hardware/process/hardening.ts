/**
 * What a signer's process does to itself at its start, before it has a secret: memory that neither
 * a debugger, a core file nor a swap area gets, and no way to more rights. It tells what holds and
 * decides nothing. Sources: prctl(2), getrlimit(2), core(5), mlockall(2), proc(5), ptrace(2).
 *
 * To be called after rights were dropped, not before: what is locked for the future is then
 * counted against `RLIMIT_MEMLOCK`, and allocations fail beyond it.
 */
import { existsSync, readFileSync } from "node:fs";
import { openLibc, UNLIMITED } from "#process-calls";
import type { ProcessCalls } from "./libc.ts";
import { hasCapability, lockedKib, swapsIn } from "./proc-files.ts";

/** One step and what came of it. */
export interface Protection {
  /** At most 32 characters. */
  readonly name: string;
  readonly holds: boolean;
  /** Where it does not hold: one clause, with the errno's name where a call refused. */
  readonly why?: string;
}

/** What the steps see of the world. */
export interface ProcessSystem {
  /** Throws where the library is missing. */
  readonly calls: () => ProcessCalls;
  /** Throws where the file cannot be read. */
  readonly read: (path: string) => string;
  readonly exists: (path: string) => boolean;
}

const SYSTEM: ProcessSystem = {
  calls: openLibc,
  read: (path) => readFileSync(path, "latin1"),
  exists: existsSync,
};

/** linux/prctl.h */
const [GET_DUMPABLE, SET_DUMPABLE] = [3, 4];
const [SET_NO_NEW_PRIVS, GET_NO_NEW_PRIVS] = [38, 39];
/** asm-generic/resource.h */
const [CORE, MEMLOCK] = [4, 8];
/** linux/capability.h: `CAP_IPC_LOCK`, to which `RLIMIT_MEMLOCK` means nothing. */
const IPC_LOCK = 14;
/**
 * `MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT`. Never without the last: Bun reserves gigabytes that it
 * does not touch, and to lock those for good kills it.
 */
const LOCK_FLAGS = 7;
const OPTIMISER = "BUN_JSC_useDFGJIT";
const WHY_LENGTH = 80;

/** Does its step; what is wrong then. May throw. */
type Action = (system: ProcessSystem) => string | undefined;

const readsBack = (value: number, wanted: number): string | undefined =>
  value === wanted ? undefined : `reads back as ${value}`;

/** Also keeps the memory from pipes of core files, which no limit stops (core(5)). */
const becomeUndumpable: Action = (system) => {
  const { prctl } = system.calls();
  prctl(SET_DUMPABLE, 0);
  return readsBack(prctl(GET_DUMPABLE, 0), 0);
};

const forbidCores: Action = (system) => {
  const calls = system.calls();
  calls.setLimit(CORE, { soft: 0n, hard: 0n });
  const { soft, hard } = calls.limit(CORE);
  return soft === 0n && hard === 0n ? undefined : `reads back as ${soft} and ${hard}`;
};

/** Of this thread and all that it starts; threads the engine has started before keep their own. */
const renounceRights: Action = (system) => {
  const { prctl } = system.calls();
  prctl(SET_NO_NEW_PRIVS, 1);
  return readsBack(prctl(GET_NO_NEW_PRIVS, 0), 1);
};

/** Not tried under a limit: the lock may be had, and then later allocations fail. */
const lockMemory: Action = (system) => {
  const calls = system.calls();
  const { soft } = calls.limit(MEMLOCK);
  if (soft !== UNLIMITED && !hasCapability(system.read("/proc/self/status"), IPC_LOCK)) {
    return `EPERM: RLIMIT_MEMLOCK is ${soft} bytes`;
  }
  calls.lockAll(LOCK_FLAGS);
  return lockedKib(system.read("/proc/self/status")) > 0 ? undefined : "VmLck reads back as 0";
};

/** A kernel built without swap has no such file; without `/proc` nothing is known. */
const swapsText = ({ read, exists }: ProcessSystem): string =>
  !exists("/proc/swaps") && exists("/proc/self/status") ? "" : read("/proc/swaps");

const findNoSwap: Action = (system) => {
  const paths = swapsIn(swapsText(system)).map(({ path }) => path);
  return paths.length === 0 ? undefined : `swap on ${paths.join(", ")}`;
};

/** The engine reads its options once, from the environment it was started with. */
const findOptimiserOff: Action = (system) => {
  const value = system.calls().startedWith(OPTIMISER);
  if (value === "0") return undefined;
  return value === undefined ? `${OPTIMISER} is not set` : `${OPTIMISER} is not 0`;
};

/** What makes an interpreter, a loader or a library run or show more than was asked of them. */
const OPENERS = [
  "BUN_INSPECT",
  "BUN_INSPECT_NOTIFY",
  "BUN_INSPECT_CONNECT_TO",
  "BUN_OPTIONS",
  "NODE_OPTIONS",
  "LD_PRELOAD",
  "LD_AUDIT",
  "LD_LIBRARY_PATH",
  "OPENSSL_CONF",
  "OPENSSL_MODULES",
] as const;

const findCleanEnvironment: Action = (system) => {
  const { startedWith } = system.calls();
  const set = OPENERS.filter((name) => startedWith(name) !== undefined);
  return set.length === 0 ? undefined : `${set.join(", ")} is set`;
};

const STEPS: readonly { readonly name: string; readonly act: Action }[] = [
  { name: "not dumpable", act: becomeUndumpable },
  { name: "no core", act: forbidCores },
  { name: "no new privileges", act: renounceRights },
  { name: "locked", act: lockMemory },
  { name: "no swap", act: findNoSwap },
  { name: "optimiser off", act: findOptimiserOff },
  { name: "clean environment", act: findCleanEnvironment },
];

const clauseOf = (error: unknown): string => {
  if (!(error instanceof Error)) return "it threw";
  if ("code" in error && typeof error.code === "string") return error.code;
  return error.message.split("\n")[0] ?? "it threw";
};

const tried = (act: Action, system: ProcessSystem): string | undefined => {
  try {
    return act(system);
  } catch (error) {
    return clauseOf(error);
  }
};

/**
 * Protects this process, as far as it may, and tells of each step whether it holds. Never throws;
 * a step that cannot be done does not hold, and the others are done all the same. Again is no harm.
 */
export const hardenProcess = (system: ProcessSystem = SYSTEM): readonly Protection[] =>
  STEPS.map(({ name, act }) => {
    const why = tried(act, system);
    return why === undefined
      ? { name, holds: true }
      : { name, holds: false, why: why.slice(0, WHY_LENGTH) };
  });
