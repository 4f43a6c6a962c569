/**
 * Previous transactions as they come: one pass over version, inputs, outputs and lock time, in the
 * form before segwit or BIP-144's with witnesses. A scan rests wherever bytes are missing and goes
 * on there; it is made once for a PSBT and has no generator for each of its fields, of which there
 * are thousands.
 */
import { closeTap, MALFORMED, openTap, type Window } from "../encoding/window.ts";
import { BITCOIN_LIMITS } from "../limits.ts";
import {
  BARE_INPUT_BYTES,
  BARE_OUTPUT_BYTES,
  DONE,
  expectBytes,
  type OutputTaker,
  readCount,
  type Skip,
  skipInput,
  skipOn,
  skipSized,
  takeOutput,
  takeOutputsHere,
} from "./transaction-items.ts";

const VERSION_BYTES = 4;
const LOCK_TIME_BYTES = 4;
const MARKER_BYTES = 2;

/** Reads some of a transaction: `DONE` once the next phase is set, `STARVED` or `MALFORMED`. */
type Phase = (scan: Scan) => number;

/** One previous transaction on its way in. */
interface Scan extends Skip {
  readonly window: Window;
  readonly take: OutputTaker;
  readonly hash: (stretch: Uint8Array) => void;
  /** Undefined at the end. */
  phase: Phase | undefined;
  hasWitness: boolean;
  /** Inputs whose witness was not passed over. */
  inputs: number;
  /** Items of the present phase that are still to come. */
  left: number;
  witnessItems: number;
}

const go = (scan: Scan, phase: Phase | undefined): number => {
  scan.phase = phase;
  return DONE;
};

/** Passes over or takes all items of a phase, going on with one that was begun. */
const forEach = (scan: Scan, item: Phase, next: Phase): number => {
  for (; scan.left > 0; scan.left -= 1) {
    const state = scan.skipBytes > 0 ? skipOn(scan.window, scan) : item(scan);
    if (state !== DONE) return state;
  }
  return go(scan, next);
};

const counted = (scan: Scan, bytesEach: number, most: number, next: Phase): number => {
  const count = readCount(scan.window, bytesEach);
  if (count < 0) return count;
  scan.left = count;
  return count > most ? MALFORMED : go(scan, next);
};

const versionPhase: Phase = (scan) => {
  const state = expectBytes(scan.window, VERSION_BYTES);
  if (state !== DONE) return state;
  scan.window.at += VERSION_BYTES;
  return go(scan, markerPhase);
};

/** The marker stands where a count of zero inputs would. */
const markerPhase: Phase = (scan) => {
  const { window } = scan;
  const state = expectBytes(window, MARKER_BYTES);
  if (state !== DONE) return state;
  scan.hasWitness = window.bytes[window.at] === 0;
  if (!scan.hasWitness) return go(scan, inputCountPhase);
  if (window.bytes[window.at + 1] !== 1) return MALFORMED;
  closeTap(window);
  window.at += MARKER_BYTES;
  openTap(window, scan.hash);
  return go(scan, inputCountPhase);
};

const inputCountPhase: Phase = (scan) => {
  const state = counted(scan, BARE_INPUT_BYTES, BITCOIN_LIMITS.previousInputs, inputPhase);
  scan.inputs = scan.left;
  return state;
};

const skipOneInput: Phase = (scan) => skipInput(scan.window, scan);

const inputPhase: Phase = (scan) => forEach(scan, skipOneInput, outputCountPhase);

const outputCountPhase: Phase = (scan) =>
  counted(scan, BARE_OUTPUT_BYTES, BITCOIN_LIMITS.previousOutputs, outputPhase);

/** One output, and those behind it that are here. */
const takeOutputs: Phase = (scan) => {
  const { window, take } = scan;
  const state = takeOutput(window, scan, take);
  if (state === DONE) scan.left -= takeOutputsHere(window, scan.left - 1, take);
  return state;
};

const outputPhase: Phase = (scan) => forEach(scan, takeOutputs, afterOutputs);

const afterOutputs: Phase = (scan) => {
  if (!scan.hasWitness) return go(scan, lockTimePhase);
  closeTap(scan.window);
  return go(scan, witnessCountPhase);
};

/** "No witness at all" must be written in the form without (BIP-144). */
const afterWitnesses: Phase = (scan) => {
  if (scan.witnessItems === 0) return MALFORMED;
  openTap(scan.window, scan.hash);
  return go(scan, lockTimePhase);
};

const witnessCountPhase: Phase = (scan) => {
  if (scan.inputs === 0) return go(scan, afterWitnesses);
  const items = readCount(scan.window, 1);
  if (items < 0) return items;
  scan.inputs -= 1;
  scan.left = items;
  scan.witnessItems += items;
  return go(scan, witnessPhase);
};

const skipOneWitnessItem: Phase = (scan) => skipSized(scan.window, scan, 0, 0);

const witnessPhase: Phase = (scan) => forEach(scan, skipOneWitnessItem, witnessCountPhase);

const lockTimePhase: Phase = (scan) => {
  const { window } = scan;
  const state = expectBytes(window, LOCK_TIME_BYTES);
  if (state !== DONE) return state;
  window.at += LOCK_TIME_BYTES;
  closeTap(window);
  return window.at === window.stop ? go(scan, undefined) : MALFORMED;
};

/** A scan of one previous transaction after another. */
export interface PreviousScan {
  /** Begins one at the window's front, up to its boundary. */
  readonly open: () => void;
  /** Goes on: `DONE` at the boundary, `STARVED`, or `MALFORMED`. */
  readonly step: () => number;
}

/**
 * Scans previous transactions. `take` is told of each output, `hash` of what the id is made of:
 * version, inputs, outputs, lock time (not the witnesses).
 */
export const createPreviousScan = (
  window: Window,
  take: OutputTaker,
  hash: (stretch: Uint8Array) => void,
): PreviousScan => {
  const scan: Scan = {
    window,
    take,
    hash,
    phase: undefined,
    hasWitness: false,
    inputs: 0,
    left: 0,
    witnessItems: 0,
    skipBytes: 0,
  };
  return {
    open: () => {
      scan.phase = versionPhase;
      scan.skipBytes = 0;
      scan.witnessItems = 0;
      openTap(window, hash);
    },
    step: () => {
      while (scan.phase !== undefined) {
        const state = scan.phase(scan);
        if (state !== DONE) return state;
      }
      return DONE;
    },
  };
};
