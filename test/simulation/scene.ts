/** A scene: all that is in a run, put together from one seed. */
import type { Breakage } from "./breakages.ts";
import { type Cable, createCable } from "./cable.ts";
import { type Chance, createChance } from "./chance.ts";
import { createDevice, type Device } from "./device.ts";
import { createFindings, type Findings } from "./findings.ts";
import { trustOf } from "./hosts.ts";
import { createJournal, type Journal } from "./journal.ts";
import { paymentOnScreen } from "./payments.ts";
import { createPerson, type Person } from "./person.ts";
import { type Plan, planOf } from "./plan.ts";
import { createTrace, type Trace } from "./trace.ts";
import { createWorker, type Worker } from "./worker.ts";
import { createWorld, type World } from "./world.ts";

/** How a scene is made. */
export interface SceneOptions {
  readonly seed: number;
  /** Keeps the last events in words. */
  readonly isTraced?: boolean;
  readonly breakage?: Breakage;
  /** Whether so much happens that the line had better be fast. */
  readonly isLong?: boolean;
}

/** Everything in a run. */
export interface Scene {
  readonly world: World;
  readonly chance: Chance;
  readonly plan: Plan;
  readonly findings: Findings;
  readonly trace: Trace;
  readonly journal: Journal;
  readonly person: Person;
  readonly cable: Cable;
  readonly device: Device;
  readonly worker: Worker;
  readonly words: (readonly string[])[];
  /** What the worker wrote to the line. */
  readonly written: Uint8Array[];
}

/** A scene of a seed, in which nothing has happened yet. */
export const createScene = (options: SceneOptions): Scene => {
  const { seed, isTraced = false, isLong = false, breakage } = options;
  const chance = createChance(seed);
  const plan = planOf(chance.fork("plan"), isLong);
  const world = createWorld();
  const findings = createFindings(world.nowMs);
  const trace = createTrace(isTraced);
  const journal = createJournal(plan.isListed);
  const memory = { paymentOn: paymentOnScreen, isAsked: journal.isAsked };
  const person = createPerson(plan.habits, memory, chance.fork("person"));
  const cable = createCable(world, plan.nature, chance.fork("cable"));
  const words: (readonly string[])[] = [];
  const written: Uint8Array[] = [];
  const shared = { world, cable, person, findings, trace };
  const device = createDevice({
    ...shared,
    chance: chance.fork("device"),
    trust: trustOf(plan.isListed),
    isAsked: journal.isAsked,
    workMs: plan.workMs,
    breakage,
  });
  const worker = createWorker({
    ...shared,
    journal,
    chance: chance.fork("worker"),
    statusMs: plan.statusMs,
    onWords: (code) => void words.push(code),
    onWrite: (bytes) => void written.push(bytes),
  });
  const all = { ...shared, chance, plan, journal, device, worker, words, written };
  breakage?.line?.(cable);
  return all;
};
