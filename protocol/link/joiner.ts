/** Fragments joined to records. */
import { FLAGS, type Frame } from "../frame/frame.ts";
import { LIMITS } from "../limits.ts";

/** A whole record and the channel it came on. */
export interface ReceivedRecord {
  readonly channel: number;
  readonly bytes: Uint8Array;
}

/**
 * Joins fragments in the order of their sequence, one channel at a time, and gives the record that
 * a fragment completes. However many and however small they are, it holds no more than
 * `LIMITS.record` bytes: one buffer that doubles, not a list of pieces.
 */
export const createJoiner = (): ((frame: Frame) => ReceivedRecord | undefined) => {
  let held = new Uint8Array(0);
  let length = 0;
  let channel: number | undefined;

  const clear = (): void => {
    held = new Uint8Array(0);
    length = 0;
    channel = undefined;
  };
  const append = (piece: Uint8Array): void => {
    const total = length + piece.length;
    if (total > held.length) {
      const grown = new Uint8Array(Math.min(LIMITS.record, Math.max(total, 2 * held.length)));
      grown.set(held.subarray(0, length));
      held = grown;
    }
    held.set(piece, length);
    length = total;
  };

  return (frame) => {
    if ((frame.flags & FLAGS.first) !== 0) {
      clear();
      channel = frame.channel;
    }
    if (channel !== frame.channel || length + frame.payload.length > LIMITS.record) {
      clear(); // a fragment without its beginning, or a record beyond its limit
      return undefined;
    }
    append(frame.payload);
    if ((frame.flags & FLAGS.last) === 0) return undefined;
    const bytes = held.slice(0, length);
    clear();
    return { channel: frame.channel, bytes };
  };
};
