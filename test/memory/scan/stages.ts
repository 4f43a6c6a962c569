/** Where a scan looks: at rest, at random stops, and after everything was wiped. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Catalogue } from "../catalogue.ts";
import { type MemorySearch, searchMemory } from "../memory-search.ts";
import { startDevice } from "./device.ts";
import { startEngine } from "./engine.ts";
import { catalogueOf } from "./knowledge.ts";
import { type Places, placesOf } from "./places.ts";
import type { Subject } from "./subject.ts";

/** How a stage's findings are judged. */
export type StageKind = "live" | "in flight" | "wiped";

/** One look. */
export interface Stage {
  readonly subject: Subject;
  /** Whose memory, and when. */
  readonly stage: string;
  readonly kind: StageKind;
  /** What was looked for. */
  readonly kinds: readonly string[];
  readonly search: MemorySearch;
  readonly places: Places;
}

/** How much is done before the looks. */
export interface Workload {
  /** Inputs of a transaction. */
  readonly inputs: number;
  /** Transactions before the look at rest; the first of them warm the engine up. */
  readonly rounds: number;
  /** Looks at random moments while it signs. */
  readonly stops: number;
}

/** Long enough for the engine to reach its optimising tier, were it on. */
export const WHOLE: Workload = { inputs: 100, rounds: 6, stops: 5 };

/** So many nonces at most are looked for at once. */
const MOST_NONCES = 600;
const MOST_WAIT_MS = 60;

const kindsOf = ({ forms }: Catalogue): readonly string[] =>
  [...new Set(forms.map(({ secret }) => secret.kind))].filter((kind) => kind !== "control");

/** Looks at a process. */
const stageOf = (
  subject: Subject,
  pid: number,
  stage: string,
  kind: StageKind,
  catalogue: Catalogue,
): Stage => {
  const search = searchMemory(pid, catalogue);
  return { subject, stage, kind, kinds: kindsOf(catalogue), search, places: placesOf(pid) };
};

const lookAround = async (
  stops: number,
  look: () => void,
  work: () => Promise<unknown>,
): Promise<void> => {
  for (let i = 0; i < stops; i += 1) {
    const working = work();
    await sleep(Math.random() * MOST_WAIT_MS);
    look();
    await working;
  }
};

/** A device's process, from genesis to its seal. */
const scanDevice = async (subject: Subject, workload: Workload): Promise<readonly Stage[]> => {
  const stages: Stage[] = [];
  const device = await startDevice(subject);
  const look = (stage: string, kind: StageKind, catalogue: Catalogue): void => {
    stages.push(stageOf(subject, device.pid(), `device, ${stage}`, kind, catalogue));
  };
  try {
    const known = await device.genesis();
    look("after genesis", "live", catalogueOf(known, []));
    await device.provision();
    look("provisioned", "live", catalogueOf(known, []));
    const signatures = await device.sign(workload.inputs, workload.rounds);
    const catalogue = catalogueOf(known, signatures.slice(-MOST_NONCES));
    look(`after ${signatures.length} signatures`, "live", catalogue);
    const signing = () => device.sign(workload.inputs, 1);
    await lookAround(workload.stops, () => look("signing", "in flight", catalogue), signing);
    await device.seal();
    look("wiped", "wiped", catalogue);
  } finally {
    await device.end();
  }
  return stages;
};

/** An engine's process, ECDSA and BIP-340. */
const scanEngine = async (subject: Subject, workload: Workload): Promise<readonly Stage[]> => {
  const stages: Stage[] = [];
  const target = await startEngine(subject);
  const look = (stage: string, kind: StageKind, catalogue: Catalogue): void => {
    stages.push(stageOf(subject, target.pid, `engine, ${stage}`, kind, catalogue));
  };
  try {
    for (let round = 0; round < workload.rounds; round += 1) await target.sign(workload.inputs);
    const catalogue = target.catalogue();
    const count = 2 * workload.inputs * workload.rounds;
    look(`after ${count} signatures`, "live", catalogue);
    const signing = () => target.sign(workload.inputs);
    await lookAround(workload.stops, () => look("signing", "in flight", catalogue), signing);
    await target.wipe();
    look("wiped", "wiped", target.catalogue());
  } finally {
    await target.end();
  }
  return stages;
};

/** All stages of one subject. */
export const scanStages = async (
  subject: Subject,
  workload: Workload,
): Promise<readonly Stage[]> => [
  ...(await scanDevice(subject, workload)),
  ...(await scanEngine(subject, workload)),
];
