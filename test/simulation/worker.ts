/**
 * The worker: a program that wants payments signed. It writes each one's key down before it sends
 * it, sends it again under that key until it is signed, asks for status in between, and goes on
 * after every crash where its journal says it was.
 */
import type { Cable } from "./cable.ts";
import type { Chance } from "./chance.ts";
import type { Findings } from "./findings.ts";
import { workerIdentity } from "./hosts.ts";
import type { Journal } from "./journal.ts";
import type { Pairer } from "./pairing.ts";
import { createProcess, type Process } from "./process.ts";
import { askOn } from "./status-calls.ts";
import type { Trace } from "./trace.ts";
import {
  type Attempt,
  type CheckSignatures,
  type CrashPoint,
  createSignatures,
  type SignReply,
  work,
} from "./work.ts";
import type { Witness } from "./witnesses.ts";
import type { World } from "./world.ts";

/** What a worker is put into. */
export interface WorkerRoom extends Pairer {
  readonly world: World;
  readonly cable: Cable;
  readonly journal: Journal;
  readonly findings: Findings;
  readonly trace: Trace;
  readonly chance: Chance;
  /** Milliseconds between two status calls; 0 for none. */
  readonly statusMs: number;
  readonly onWrite: (bytes: Uint8Array) => void;
  readonly witness: (what: Witness) => void;
}

/** A crash that will come. */
export interface PlannedCrash {
  /** How often it gets there before. */
  readonly after: number;
  readonly restartMs: number;
  readonly losesJournal: boolean;
  readonly onCrash: () => void;
}

/** The worker, over all its processes. */
export interface Worker {
  readonly start: () => void;
  /** Kills its process; another starts after a while. */
  readonly crash: (restartMs: number, losesJournal: boolean) => void;
  /** Some time when it gets there, it crashes. */
  readonly crashAt: (point: CrashPoint, crash: PlannedCrash) => void;
  readonly attempt: () => Attempt | undefined;
  readonly onAttempt: (action: (attempt: Attempt) => void) => void;
  readonly onReply: (action: (attempt: Attempt, reply: SignReply) => void) => void;
  readonly process: () => Process | undefined;
  /** Whether everything is signed or dropped. */
  readonly isDone: () => boolean;
  readonly signed: () => number;
  /** How many processes there were. */
  readonly processes: () => number;
  /** Takes a payment's signatures: they must be good, and those of every other time. */
  readonly checkSignatures: CheckSignatures;
  /** Asks for nothing more. */
  readonly rest: () => void;
  /** Clears away what crashed processes left in this one's memory; the run is over. */
  readonly discard: () => void;
}

/** Crashes that lie in wait. */
const createCrashes = (crash: Worker["crash"]) => {
  const planned = new Map<CrashPoint, PlannedCrash & { left: number }>();
  return {
    plan: (point: CrashPoint, one: PlannedCrash): void => {
      planned.set(point, { ...one, left: one.after });
    },
    due: (point: CrashPoint): (() => void) | undefined => {
      const one = planned.get(point);
      if (one === undefined) return undefined;
      one.left -= 1;
      if (one.left >= 0) return undefined;
      planned.delete(point);
      return () => {
        one.onCrash();
        crash(one.restartMs, one.losesJournal);
      };
    },
    forget: (): void => planned.clear(),
  };
};

/** A worker that has not started. */
export const createWorker = (room: WorkerRoom): Worker => {
  const { world, cable, journal, findings, trace, chance } = room;
  const checkSignatures = createSignatures(findings);
  const listeners: ((attempt: Attempt) => void)[] = [];
  const hearers: ((attempt: Attempt, reply: SignReply) => void)[] = [];
  const crashed: Process[] = [];
  let process: Process | undefined;
  let attempt: Attempt | undefined;
  let processes = 0;
  let signed = 0;
  let isResting = false;

  const crash: Worker["crash"] = (restartMs, losesJournal) => {
    if (process === undefined) return;
    trace.event(world.nowMs(), `${process.actor.name} crashes`);
    process.actor.kill();
    crashed.push(process);
    cable.reap(process.actor);
    process = undefined;
    attempt = undefined;
    if (losesJournal) journal.loseKeys();
    world.after(restartMs, start);
  };
  const crashes = createCrashes(crash);
  const workRoom = {
    ...room,
    checkSignatures,
    crashDue: crashes.due,
    setAttempt: (now: Attempt | undefined): void => {
      attempt = now;
      if (now !== undefined) for (const action of listeners) action(now);
    },
    onReply: (one: Attempt, reply: SignReply): void => {
      for (const action of hearers) action(one, reply);
    },
    isAttempt: (one: Attempt): boolean => attempt === one,
    onSigned: (): void => {
      signed += 1;
    },
  };
  const start = (): void => {
    processes += 1;
    const actor = world.createActor(`worker ${processes}`);
    const own = createProcess(actor, workerIdentity(journal.device), {
      ...room,
      chance: chance.fork(actor.name),
      open: cable.openAs(actor),
    });
    process = own;
    actor.after(0, () => {
      void work(own, workRoom);
      void askOn(own, { ...room, isResting: () => isResting });
    });
  };
  return {
    start,
    crash,
    crashAt: crashes.plan,
    attempt: () => attempt,
    onAttempt: (action) => void listeners.push(action),
    onReply: (action) => void hearers.push(action),
    process: () => process,
    isDone: () => journal.open().length === 0,
    signed: () => signed,
    processes: () => processes,
    checkSignatures,
    rest: () => {
      isResting = true;
      crashes.forget();
    },
    discard: () => {
      for (const one of crashed) void one.leave();
    },
  };
};
