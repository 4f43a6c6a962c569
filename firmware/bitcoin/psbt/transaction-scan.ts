/**
 * Transactions as they come in pieces: one pass, nothing kept but what the reader of inputs and of
 * outputs keeps. In the form before segwit, or BIP-144's with witnesses; nothing may follow the
 * lock time.
 */
import {
  compactSizeSteps,
  has,
  isLost,
  MALFORMED,
  openTap,
  closeTap,
  skipSteps,
  uint64At,
  waitFor,
  type Window,
} from "../encoding/window.ts";
import { BITCOIN_LIMITS } from "../limits.ts";
import type { Steps } from "../steps.ts";

const VERSION_BYTES = 4;
const LOCK_TIME_BYTES = 4;
const OUTPOINT_BYTES = 36;
const SEQUENCE_BYTES = 4;
/** Bytes of an input without a script, with the byte that says so. */
export const BARE_INPUT_BYTES = OUTPOINT_BYTES + 1 + SEQUENCE_BYTES;
const AMOUNT_BYTES = 8;
/** Bytes of an output without a script, with the byte that says so. */
export const BARE_OUTPUT_BYTES = AMOUNT_BYTES + 1;
/** Below it a compact size is one byte. */
const ONE_BYTE_SIZES = 0xfd;

/** How many of something follow; -1 where they would not fit or the number does not read. */
export function* countSteps(window: Window, bytesEach: number): Steps<number> {
  const count = yield* compactSizeSteps(window);
  if (count === MALFORMED) return -1;
  const isFit = window.stop === Number.POSITIVE_INFINITY || !isBeyond(window, count * bytesEach);
  return isFit ? count : -1;
}

const isBeyond = ({ at, stop }: Window, count: number): boolean => at + count > stop;

/** Passes over an input that is here as a whole and has a short script. */
const passInput = (window: Window): boolean => {
  const size = window.bytes[window.at + OUTPOINT_BYTES] ?? ONE_BYTE_SIZES;
  if (size >= ONE_BYTE_SIZES || !has(window, BARE_INPUT_BYTES + size)) return false;
  window.at += BARE_INPUT_BYTES + size;
  return true;
};

/** Passes over an input of a previous transaction; whether it came. */
export function* inputSteps(window: Window): Steps<boolean> {
  if (passInput(window)) return true;
  if (!(yield* skipSteps(window, OUTPOINT_BYTES))) return false;
  const size = yield* compactSizeSteps(window);
  return size >= 0 && (yield* skipSteps(window, size + SEQUENCE_BYTES));
}

/** Takes an output; false refuses the transaction. */
export type OutputTaker = (amountSats: number, script: Uint8Array | undefined) => boolean;

/** Hands over an output that is here as a whole and has a short script; undefined if it is not. */
const takeOutput = (window: Window, take: OutputTaker): boolean | undefined => {
  const { at, bytes, view } = window;
  const size = bytes[at + AMOUNT_BYTES] ?? ONE_BYTE_SIZES;
  const end = BARE_OUTPUT_BYTES + size;
  if (size >= ONE_BYTE_SIZES || !has(window, end)) return undefined;
  window.at += end;
  return take(uint64At(view, at), bytes.subarray(at + BARE_OUTPUT_BYTES, at + end));
};

/**
 * Reads an output; a script longer than any that can be spent comes as undefined.
 *
 * @returns whether it came and was taken
 */
export function* outputSteps(window: Window, take: OutputTaker): Steps<boolean> {
  const isTaken = takeOutput(window, take);
  if (isTaken !== undefined) return isTaken;
  if (!(yield* waitFor(window, AMOUNT_BYTES))) return false;
  const amountSats = uint64At(window.view, window.at);
  window.at += AMOUNT_BYTES;
  const size = yield* compactSizeSteps(window);
  if (size < 0) return false;
  if (size > BITCOIN_LIMITS.scriptBytes) {
    return (yield* skipSteps(window, size)) && take(amountSats, undefined);
  }
  if (!(yield* waitFor(window, size))) return false;
  window.at += size;
  return take(amountSats, window.bytes.subarray(window.at - size, window.at));
}

/** Passes over the witnesses; "no witness at all" must be written in the form without (BIP-144). */
function* witnessSteps(window: Window, inputs: number): Steps<boolean> {
  let items = 0;
  for (let input = 0; input < inputs; input += 1) {
    const count = yield* countSteps(window, 1);
    if (count < 0) return false;
    items += count;
    for (let item = 0; item < count; item += 1) {
      const size = yield* compactSizeSteps(window);
      if (size < 0 || !(yield* skipSteps(window, size))) return false;
    }
  }
  return items > 0;
}

/** The marker stands where a count of zero inputs would; undefined where it does not read. */
function* markerSteps(window: Window): Steps<boolean | undefined> {
  if (!(yield* waitFor(window, 1))) return undefined;
  if (window.bytes[window.at] !== 0) return false;
  if (!(yield* waitFor(window, 2)) || window.bytes[window.at + 1] !== 1) return undefined;
  window.at += 2;
  return true;
}

/** Inputs and outputs, as often as their counts say. */
function* bodySteps(window: Window, take: OutputTaker): Steps<number> {
  const inputs = yield* countSteps(window, BARE_INPUT_BYTES);
  if (inputs < 0 || inputs > BITCOIN_LIMITS.previousInputs) return -1;
  for (let input = 0; input < inputs; input += 1) {
    if (!passInput(window) && !(yield* inputSteps(window))) return -1;
  }
  const outputs = yield* countSteps(window, BARE_OUTPUT_BYTES);
  if (outputs < 0 || outputs > BITCOIN_LIMITS.previousOutputs) return -1;
  for (let output = 0; output < outputs; output += 1) {
    const isTaken = takeOutput(window, take) ?? (yield* outputSteps(window, take));
    if (!isTaken) return -1;
  }
  return inputs;
}

/**
 * Reads a previous transaction up to the window's boundary, telling `hash` what its id is made of:
 * version, inputs, outputs, lock time (not the witnesses).
 *
 * @returns whether it is one
 * @yields while it has not come
 */
export function* previousTransactionSteps(
  window: Window,
  take: OutputTaker,
  hash: (stretch: Uint8Array) => void,
): Steps<boolean> {
  openTap(window, hash);
  if (!(yield* skipSteps(window, VERSION_BYTES))) return false;
  closeTap(window);
  const hasWitness = yield* markerSteps(window);
  if (hasWitness === undefined) return false;
  openTap(window, hash);
  const inputs = yield* bodySteps(window, take);
  closeTap(window);
  if (inputs < 0 || (hasWitness && !(yield* witnessSteps(window, inputs)))) return false;
  openTap(window, hash);
  if (!(yield* skipSteps(window, LOCK_TIME_BYTES))) return false;
  closeTap(window);
  return window.at === window.stop && !isLost(window, 0);
}
