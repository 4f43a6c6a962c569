/**
 * Where secrets may lie: the arena, OpenSSL's locked heap, and the stacks of the main thread and of
 * the engine's (proc_pid_smaps(5), proc_tid_syscall(5)).
 */
import { readdirSync, readFileSync } from "node:fs";

/** A stretch of addresses; the end is exclusive. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** The places of one process. */
export interface Places {
  /** The engine's locked pages, where they can be read at all. */
  readonly arena: readonly Stretch[];
  readonly lockedHeap: readonly Stretch[];
  readonly stack: readonly Stretch[];
}

interface Mapping extends Stretch {
  readonly name: string;
  readonly flags: ReadonlySet<string>;
}

const HEAD = /^([0-9a-f]+)-([0-9a-f]+) \S+ \S+ \S+ \S+ *(.*)$/mu;

const mappingOf = (block: string): readonly Mapping[] => {
  const [, from, to, name = ""] = HEAD.exec(block) ?? [];
  if (from === undefined || to === undefined) return [];
  const flags = /^VmFlags: (.*)$/mu.exec(block)?.[1]?.trim().split(" ") ?? [];
  const [start, end] = [Number.parseInt(from, 16), Number.parseInt(to, 16)];
  return [{ from: start, to: end, name, flags: new Set(flags) }];
};

/** dd: not dumped, dc: not copied on fork, wf: wiped on fork. Nobody else asks for all of these. */
const isArena = ({ flags }: Mapping): boolean =>
  flags.has("dd") && flags.has("dc") && flags.has("wf");

const isLockedHeap = (mapping: Mapping): boolean =>
  mapping.flags.has("dd") && mapping.flags.has("dc") && !isArena(mapping);

/** As Bun calls the threads of workers; others do not touch the engine. */
const THREAD = "Worker";
/** Of a thread's stack, around its pointer while it waits. */
const [BELOW_BYTES, ABOVE_BYTES] = [2 ** 19, 2 ** 16];
const PATIENCE = 200;

const textOf = (path: string): string => readFileSync(path, "latin1").trim();

/** Where a thread's stack ends just now; nothing while it runs. */
const stackPointerOf = (task: string): number | undefined => {
  const pointer = textOf(`${task}/syscall`).split(" ").at(-2);
  return pointer?.startsWith("0x") === true ? Number(pointer) : undefined;
};

/** Waits for a moment in which the kernel knows it. */
const waitForPointer = (task: string): number => {
  for (let i = 0; i < PATIENCE; i += 1) {
    const pointer = stackPointerOf(task);
    if (pointer !== undefined) return pointer;
    Bun.sleepSync(1);
  }
  throw new Error(`${task} never waits`);
};

const GONE: readonly unknown[] = ["ENOENT", "ESRCH"];

/** What a look at a thread gives; nothing where it ended meanwhile. */
const unlessGone = <T>(look: () => T): T | undefined => {
  try {
    return look();
  } catch (error) {
    if (error instanceof Error && "code" in error && GONE.includes(error.code)) return undefined;
    throw error;
  }
};

const threadStacks = (pid: number): readonly Stretch[] =>
  readdirSync(`/proc/${pid}/task`)
    .map((tid) => `/proc/${pid}/task/${tid}`)
    .filter((task) => unlessGone(() => textOf(`${task}/comm`)) === THREAD)
    .flatMap((task) => unlessGone(() => waitForPointer(task)) ?? [])
    .map((at) => ({ from: at - BELOW_BYTES, to: at + ABOVE_BYTES }));

/** The places of a process now. */
export const placesOf = (pid: number): Places => {
  const smaps = readFileSync(`/proc/${pid}/smaps`, "latin1");
  const mappings = smaps.split(/\n(?=[0-9a-f]+-[0-9a-f]+ )/u).flatMap(mappingOf);
  return {
    arena: mappings.filter(isArena),
    lockedHeap: mappings.filter(isLockedHeap),
    stack: [...mappings.filter(({ name }) => name === "[stack]"), ...threadStacks(pid)],
  };
};

/** Whether an address lies in one of them. */
export const liesIn = (address: number, stretches: readonly Stretch[]): boolean =>
  stretches.some(({ from, to }) => from <= address && address < to);
