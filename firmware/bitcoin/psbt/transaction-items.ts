/**
 * The items of a transaction as they come: each is passed over or handed on if it is there, and
 * left where it is if it is not. An item that may be long is passed over in pieces.
 */
import {
  has,
  isLost,
  MALFORMED,
  readCompactSize,
  STARVED,
  uint64At,
  type Window,
} from "../encoding/window.ts";
import { BITCOIN_LIMITS } from "../limits.ts";
import { OUTPOINT_BYTES } from "../transaction/transaction.ts";

const SEQUENCE_BYTES = 4;
/** Bytes of an input without a script, with the byte that says so. */
export const BARE_INPUT_BYTES: number = OUTPOINT_BYTES + 1 + SEQUENCE_BYTES;
const AMOUNT_BYTES = 8;
/** Bytes of an output without a script, with the byte that says so. */
export const BARE_OUTPUT_BYTES: number = AMOUNT_BYTES + 1;

/** What an item comes to besides `STARVED` and `MALFORMED`. */
export const DONE = 0;

/** Where the script would be that an output has left out. */
export const LEFT_OUT = -1;

/**
 * Takes an output, and where in the window its script is: a view of each would cost more than all
 * the rest. A script longer than any that can be spent is `LEFT_OUT`.
 */
export type OutputTaker = (amountSats: number, from: number, to: number) => void;

/** Bytes that are still to be passed over. */
export interface Skip {
  skipBytes: number;
}

/** `DONE` if so many bytes are there; `MALFORMED` if they never will be. */
export const expectBytes = (window: Window, count: number): number => {
  if (has(window, count)) return DONE;
  return isLost(window, count) ? MALFORMED : STARVED;
};

/** How many of something follow; `MALFORMED` where they would not fit before the boundary. */
export const readCount = (window: Window, bytesEach: number): number => {
  const count = readCompactSize(window);
  return count > 0 && window.at + count * bytesEach > window.stop ? MALFORMED : count;
};

/** Passes over what is left of `skipBytes`, as far as it has come. */
export const skipOn = (window: Window, skip: Skip): number => {
  if (window.at + skip.skipBytes > window.stop) return MALFORMED;
  const here = Math.min(skip.skipBytes, window.bytes.length - window.at);
  window.at += here;
  skip.skipBytes -= here;
  return expectBytes(window, skip.skipBytes);
};

/** Begins to pass over bytes, their size within them: `before ‖ size ‖ bytes ‖ after`. */
export const skipSized = (window: Window, skip: Skip, before: number, after: number): number => {
  const isThere = expectBytes(window, before + 1);
  if (isThere !== DONE) return isThere;
  window.at += before;
  const size = readCompactSize(window);
  if (size < 0) {
    window.at -= before;
    return size;
  }
  skip.skipBytes = size + after;
  return skipOn(window, skip);
};

/** Passes over an input: outpoint, script, sequence. */
export const skipInput = (window: Window, skip: Skip): number =>
  skipSized(window, skip, OUTPOINT_BYTES, SEQUENCE_BYTES);

/** Hands over one output; the bytes of a long script are still to be passed over. */
export const takeOutput = (window: Window, skip: Skip, take: OutputTaker): number => {
  const isThere = expectBytes(window, BARE_OUTPUT_BYTES);
  if (isThere !== DONE) return isThere;
  const start = window.at;
  window.at += AMOUNT_BYTES;
  const size = readCompactSize(window);
  const isShort = size <= BITCOIN_LIMITS.scriptBytes;
  const state = isShort && size >= 0 ? expectBytes(window, size) : Math.min(size, DONE);
  if (state !== DONE) {
    window.at = start;
    return state;
  }
  const amountSats = uint64At(window.view, start);
  if (!isShort) {
    take(amountSats, LEFT_OUT, LEFT_OUT);
    skip.skipBytes = size;
    return skipOn(window, skip);
  }
  const script = window.at;
  window.at += size;
  take(amountSats, script, window.at);
  return DONE;
};

/** Below it a size is its own byte. */
const ONE_BYTE_SIZE = 0xfd;

/**
 * Hands over outputs as `takeOutput` does, up to a number of them, as long as they are wholly here
 * and short, as nearly all are.
 *
 * @returns how many
 */
export const takeOutputsHere = (window: Window, most: number, take: OutputTaker): number => {
  const { bytes, view, stop } = window;
  const end = Math.min(bytes.length, stop);
  let { at } = window;
  let taken = 0;
  for (; taken < most; taken += 1) {
    const from = at + BARE_OUTPUT_BYTES;
    const size = bytes[from - 1] ?? ONE_BYTE_SIZE;
    const to = from + size;
    if (size >= ONE_BYTE_SIZE || to > end) break;
    take(uint64At(view, at), from, to);
    at = to;
  }
  window.at = at;
  return taken;
};
