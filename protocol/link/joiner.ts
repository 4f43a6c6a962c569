/** Fragments joined to records. */
import { FLAGS, type Frame } from "../frame/frame.ts";
import { LIMITS } from "../limits.ts";

/** A whole record and where it belongs. */
export interface ReceivedRecord {
  readonly channel: number;
  readonly isHandshake: boolean;
  readonly bytes: Uint8Array;
}

/**
 * Joins fragments in the order of their sequence and gives the record that a fragment completes.
 * However many and however small they are, it holds no more than `LIMITS.record` bytes. Fragments
 * of one record share a channel and the HANDSHAKE flag.
 */
export const createJoiner = (): ((frame: Frame) => ReceivedRecord | undefined) => {
  let held: Uint8Array | undefined;
  let length = 0;
  let channel: number | undefined;
  let handshake = 0;

  return (frame) => {
    const { flags, payload } = frame;
    if ((flags & FLAGS.first) !== 0) {
      ({ channel } = frame);
      handshake = flags & FLAGS.handshake;
      length = 0;
    }
    const fits = channel === frame.channel && handshake === (flags & FLAGS.handshake);
    if (!fits || length + payload.length > LIMITS.record) {
      channel = undefined; // a fragment without its beginning, or a record beyond its limit
      return undefined;
    }
    held ??= new Uint8Array(LIMITS.record);
    held.set(payload, length);
    length += payload.length;
    if ((flags & FLAGS.last) === 0) return undefined;
    channel = undefined;
    return {
      channel: frame.channel,
      isHandshake: handshake !== 0,
      bytes: held.slice(0, length),
    };
  };
};
