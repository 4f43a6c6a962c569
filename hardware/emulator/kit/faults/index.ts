/** Faults on demand: what breaks, when it did, and how it is mended again. */
import type { Clock } from "../../../../firmware/hal.ts";
import { type DeviceFault, isDeviceKind } from "./ailments.ts";
import { createFaultyParts, type FaultyParts } from "./device.ts";
import { armLine, type FaultyLine, isLineKind, type LineFault } from "./line.ts";

/** Something that breaks. */
export type Fault = LineFault | DeviceFault;

/** A fault that happened, by the emulator's clock. */
export interface Happened {
  readonly kind: Fault["kind"];
  readonly atMs: number;
}

/** The faults of an emulator. */
export interface Faults {
  /** Lies in wait for its moment, or begins now; the result takes it back, or mends it. */
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

const isDeviceFault = (fault: Fault): fault is DeviceFault => isDeviceKind(fault.kind);

/** Nothing is wrong yet but what is told. */
export const createFaults = (
  line: FaultyLine,
  { nowMs }: Pick<Clock, "nowMs">,
  faults: readonly Fault[] = [],
): FaultsRoom => {
  const happened: Happened[] = [];
  const parts = createFaultyParts();
  let count = 0;
  const add = (fault: Fault): (() => void) => {
    count += 1;
    const { kind } = fault;
    const tell = (): void => void happened.push({ kind, atMs: nowMs() });
    if (isLineFault(fault)) return armLine(fault, line, tell);
    if (isDeviceFault(fault)) return parts.arm(fault, tell);
    throw new Error(`faults: there is no fault ${JSON.stringify(kind)}`);
  };
  for (const fault of faults) add(fault);
  return { add, happened, parts, count: () => count };
};
