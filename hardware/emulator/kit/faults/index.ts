/** Faults on demand: what breaks, when it did, and how it is mended again. */
import type { Clock } from "../../../../firmware/hal.ts";
import type { DeviceFault } from "./ailments.ts";
import { createFaultyParts, type FaultyParts } from "./device.ts";
import { armLine, type FaultyLine, isLineKind, type LineFault } from "./line.ts";
import { complaintOf } from "./read-faults.ts";

/** Something that breaks. */
export type Fault = LineFault | DeviceFault;

/** A fault that happened, by the emulator's clock. */
export interface Happened {
  readonly kind: Fault["kind"];
  readonly atMs: number;
}

/** The faults of an emulator. */
export interface Faults {
  /**
   * Lies in wait for its moment, or begins now; the result takes it back, or mends it. Throws where
   * it says too little, or what no fault says.
   */
  readonly add: (fault: Fault) => () => void;
  /** What happened so far. */
  readonly happened: readonly Happened[];
}

/** Faults, and the parts of a board that have them. */
export interface FaultsRoom extends Faults {
  readonly parts: FaultyParts;
  /** So many were ever told. */
  readonly count: () => number;
}

const isLineFault = (fault: Fault): fault is LineFault => isLineKind(fault.kind);

/** Nothing is wrong yet but what is told. */
export const createFaults = (
  line: FaultyLine,
  { nowMs }: Pick<Clock, "nowMs">,
  faults: readonly Fault[] = [],
  onHappened: (fault: Fault, atMs: number) => void = () => undefined,
): FaultsRoom => {
  const happened: Happened[] = [];
  const parts = createFaultyParts();
  let count = 0;
  const add = (fault: Fault): (() => void) => {
    const complaint = complaintOf(fault);
    if (complaint !== undefined) throw new Error(`faults: ${complaint}`);
    count += 1;
    const { kind } = fault;
    const tell = (): void => {
      const atMs = nowMs();
      happened.push({ kind, atMs });
      onHappened(fault, atMs);
    };
    return isLineFault(fault) ? armLine(fault, line, tell) : parts.arm(fault, tell);
  };
  for (const fault of faults) add(fault);
  return { add, happened, parts, count: () => count };
};
