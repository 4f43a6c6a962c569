/** A scene: all that is in a run, put together from one seed. */
import type { Breakage } from "./breakages.ts";
import { type Cable, createCable } from "./cable.ts";
import { watchCalls } from "./call-watch.ts";
import { type Chance, createChance } from "./chance.ts";
import { createDevice, type Device } from "./device.ts";
import { createFindings, type Findings } from "./findings.ts";
import { trustOf } from "./hosts.ts";
import { createJournal, type Journal } from "./journal.ts";
import { FORBIDDEN, paymentOnScreen } from "./payments.ts";
import { createPerson, type Person } from "./person.ts";
import { type Plan, planOf } from "./plan.ts";
import { createTrace, type Trace } from "./trace.ts";
import type { Witness } from "./witnesses.ts";
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
  /** What was seen to come of faults. */
  readonly witnessed: ReadonlySet<Witness>;
  readonly witness: (what: Witness) => void;
  /** What the worker wrote to the line. */
  readonly written: Uint8Array[];
}

/** Nobody may even be asked for what only a hostile program wants. */
const watchQuestions = ({ person, findings }: Scene): void =>
  person.onQuestion(({ payment }) => {
    const isForbidden = payment !== undefined && FORBIDDEN.includes(payment);
    findings.expect(!isForbidden, "asked", () => `the person is asked for ${payment?.name}`);
  });

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
  const witnessed = new Set<Witness>();
  const witness = (what: Witness): void => void witnessed.add(what);
  const shared = { world, cable, person, findings, trace, witness };
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
  const all = { ...shared, chance, plan, journal, device, worker, words, written, witnessed };
  breakage?.line?.(cable);
  watchQuestions(all);
  watchCalls(all);
  return all;
};
