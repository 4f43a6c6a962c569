/** What a run is like, before any fault: the line, the people and programs, and what is wanted. */
import type { CableNature } from "./cable.ts";
import type { Chance } from "./chance.ts";
import { LARGE_PAYMENTS, type Payment, SMALL_PAYMENTS } from "./payments.ts";
import type { Habits } from "./person.ts";

/** A run's conditions. */
export interface Plan {
  readonly nature: CableNature;
  readonly habits: Habits;
  /** What the worker wants signed from the beginning. */
  readonly payments: readonly Payment[];
  /** What it wants once all faults are over. */
  readonly lastPayment: Payment;
  readonly statusMs: number;
  /** Whether the device lists the worker; otherwise it has to be paired. */
  readonly isListed: boolean;
  /** Milliseconds that a signature takes the device. */
  readonly workMs: number;
  /** When the faults end, whether or not the work is done. */
  readonly faultsMs: number;
}

/** Bytes a millisecond: 115,200 and 921,600 baud with 10 bits a byte, and a USB gadget. */
const MOST_FAULTS_MS = 120_000;
const RATES = [11.52, 11.52, 92.16, 92.16, 1_000] as const;
const FRAME_LIMITS = [512, 512, 512, 512, 64, 128, 1_024, 4_096] as const;
const WINDOWS = [8, 8, 8, 8, 1, 2, 4, 32] as const;
const BUFFERS = [0, 512, 4_096] as const;

const natureOf = (chance: Chance): CableNature => ({
  bytesPerMs: chance.pick(RATES),
  latencyMs: chance.pick([0.05, 0.5, 2, 10]),
  latencyTimerMs: chance.pick([0, 0, 0, 1, 16]),
  splits: chance.pick([0, 0.2, 1]),
  buffer: chance.pick(BUFFERS),
  frameLimit: chance.pick(FRAME_LIMITS),
  window: chance.pick(WINDOWS),
  isTelling: chance.isLucky(0.5),
  keeps: chance.pick([0, 8_192]),
});

const paymentsOf = (chance: Chance): readonly Payment[] => {
  const first = chance.below(SMALL_PAYMENTS.length - 1);
  const small = SMALL_PAYMENTS.slice(first, first + chance.between(1, 4)).slice(0, -1);
  const hasLarge = chance.isLucky(0.15);
  const large = hasLarge ? [LARGE_PAYMENTS[chance.isLucky(0.15) ? 2 : chance.below(2)]] : [];
  const [fallback] = SMALL_PAYMENTS;
  const all = [...small, ...large].filter((one) => one !== undefined);
  return all.length > 0 || fallback === undefined ? all : [fallback];
};

/** A long run has a fast line, small frames, and nothing else to say. */
const forLongRun = (plan: Plan): Plan => ({
  ...plan,
  statusMs: 0,
  isListed: true,
  faultsMs: MOST_FAULTS_MS,
  nature: {
    ...plan.nature,
    bytesPerMs: 1_000,
    latencyMs: 0.05,
    latencyTimerMs: 0,
    frameLimit: 64,
    window: 32,
    splits: 0,
  },
});

/** Draws a plan. */
export const planOf = (chance: Chance, isLong: boolean): Plan => {
  const plan = drawn(chance);
  return isLong ? forLongRun(plan) : plan;
};

const drawn = (chance: Chance): Plan => {
  const lastPayment = SMALL_PAYMENTS.at(-1);
  if (lastPayment === undefined) throw new Error("there are small payments");
  return {
    nature: natureOf(chance),
    habits: chance.pick([
      { leastMs: 0, mostMs: 0 },
      { leastMs: 1, mostMs: 50 },
      { leastMs: 300, mostMs: 3_000 },
    ]),
    payments: paymentsOf(chance),
    lastPayment,
    statusMs: chance.pick([0, 0, 100, 500, 3_000]),
    isListed: chance.isLucky(0.85),
    workMs: chance.pick([0, 0, 0.5, 3]),
    faultsMs: chance.isLucky(0.5) ? MOST_FAULTS_MS : chance.magnitude(20, MOST_FAULTS_MS / 4),
  };
};
