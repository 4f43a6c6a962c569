/**
 * The handshakes of a link, channel by channel: their counters go on from client to client, and no
 * client may use a channel up in a hurry.
 */
import { LIMITS } from "../../protocol/limits.ts";
import { readHandshake } from "../../protocol/session/binding.ts";

/** How far a handshake's counter may rise at once: a client that jumps would use the channel up. */
const COUNTER_STEP = 64;
/** A channel has 16 bits of handshakes. */
const LAST_COUNTER = 0xff00;
/** Handshakes of a channel in a row, and milliseconds for each one more. */
const [BURST, EACH_MS] = [32, 250];

/** Counters of one link. */
export interface Counters {
  /** The last one used; 0 before the first. */
  readonly last: (channel: number) => number;
  /** Whether the record begins a handshake that counts on from the last, and not too soon. */
  readonly take: (channel: number, record: Uint8Array, nowMs: number) => boolean;
  /** Whether a channel has no more counters to give. */
  readonly isWorn: (channel: number) => boolean;
}

interface Channel {
  counter: number;
  /** How many handshakes may come, and since when that is so. */
  credit: number;
  sinceMs: number;
}

const creditOf = ({ credit, sinceMs }: Channel, nowMs: number): number =>
  Math.min(BURST, credit + (nowMs - sinceMs) / EACH_MS);

/** No handshake yet. */
export const createCounters = (nowMs: number): Counters => {
  const channels = Array.from(
    { length: LIMITS.channels },
    (): Channel => ({ counter: 0, credit: BURST, sinceMs: nowMs }),
  );
  return {
    last: (channel) => channels[channel]?.counter ?? 0,
    take: (channel, record, atMs) => {
      const [one, said] = [channels[channel], readHandshake(record)];
      if (one === undefined || said?.kind !== "message") return false;
      const credit = creditOf(one, atMs);
      const steps = said.counter - one.counter;
      if (credit < 1 || steps <= 0 || steps > COUNTER_STEP) return false;
      Object.assign(one, { counter: said.counter, credit: credit - 1, sinceMs: atMs });
      return true;
    },
    isWorn: (channel) => (channels[channel]?.counter ?? 0) >= LAST_COUNTER,
  };
};
