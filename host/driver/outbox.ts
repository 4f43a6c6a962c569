/**
 * What waits to be taken by the line. A device that makes us answer and does not read could have
 * it grow without bound: above the limit frames are dropped, as a serial line may, and the link
 * repeats those that matter until it gives up.
 */
import type { Line } from "./line.ts";

/** 64 KiB: two windows of eight frames of 4 KiB. */
const UNSENT_LIMIT = 65_536;

/** Writes to the line, or drops. */
export const createOutbox = (line: Line): ((bytes: Uint8Array) => void) => {
  let unsent = 0;
  return (bytes) => {
    if (unsent + bytes.length > UNSENT_LIMIT) return;
    unsent += bytes.length;
    const sent = (): void => {
      unsent -= bytes.length;
    };
    void line.write(bytes).then(sent, sent);
  };
};
