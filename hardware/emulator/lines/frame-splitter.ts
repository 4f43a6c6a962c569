/**
 * Cuts what a terminal hands over, which knows no frames, into chunks of one frame each: as on a
 * cable in memory, where each write is one.
 */
import type { Clock } from "../../../firmware/hal.ts";
import { LIMITS } from "../../../protocol/limits.ts";

/** Milliseconds after which a beginning is handed over as it is: its end may never come. */
const QUIET_MS = 20;
/** Bytes that are kept for their end: twice the largest frame. */
const KEPT_BYTES = 2 * LIMITS.framePayloadMaximum;

/** Behind the zero that ends the first frame; `undefined` where none is whole. */
const endOf = (bytes: Uint8Array): number | undefined => {
  const start = bytes.findIndex((byte) => byte !== 0);
  const end = start === -1 ? -1 : bytes.indexOf(0, start);
  return end === -1 ? undefined : end + 1;
};

/** Takes bytes as they come; `put` gets whole frames, and in the end whatever is none. */
export const createFrameSplitter = (
  clock: Clock,
  put: (chunk: Uint8Array) => void,
): ((bytes: Uint8Array) => void) => {
  let held = new Uint8Array(0);
  let stopTimer: () => void = () => undefined;
  const flush = (): void => {
    const all = held;
    held = new Uint8Array(0);
    if (all.length > 0) put(all);
  };
  return (bytes) => {
    stopTimer();
    let rest = Uint8Array.from([...held, ...bytes]);
    held = new Uint8Array(0);
    for (let end = endOf(rest); end !== undefined; end = endOf(rest)) {
      put(rest.slice(0, end));
      rest = rest.slice(end);
    }
    held = rest;
    if (held.length > KEPT_BYTES) flush();
    else if (held.length > 0) stopTimer = clock.after(QUIET_MS, flush);
  };
};
