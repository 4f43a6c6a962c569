/**
 * The sending half of a stream: records are cut into fragments, at most a window of them is
 * outstanding, and all that is outstanding goes again when the other side asks or keeps silent
 * (go-back-N). Nothing is written here: the line pulls when it has room, so a NAK stops whatever
 * was not pulled yet.
 */
import { FLAGS } from "../frame/frame.ts";
import { LIMITS } from "../limits.ts";
import { createRoundTrip, RETRANSMISSION } from "./round-trip.ts";
import { nextSeq, stepsTo } from "./sequence.ts";

/** A record to be sent, at most `LIMITS.record` bytes. */
export interface OutgoingRecord {
  readonly channel: number;
  readonly isHandshake: boolean;
  readonly bytes: Uint8Array;
}

/** What a DATA frame carries of a record. */
export interface Fragment {
  readonly seq: number;
  readonly flags: number;
  readonly channel: number;
  readonly payload: Uint8Array;
}

/** The sending half. */
export interface Outgoing {
  /** False where the record or the queue is too large. The record is copied. */
  readonly queue: (record: OutgoingRecord) => boolean;
  /** How many records it would still take. */
  readonly room: () => number;
  /** Takes what any frame of the other side says of ours; how many fragments it covers. */
  readonly acknowledge: (ack: number, window: number, nowMs: number) => number;
  /** A NAK came, and `acknowledge` has taken what it covers. */
  readonly sendAgain: (ack: number, nowMs: number) => void;
  /** The next fragment for the line; its timer starts now. */
  readonly pull: (nowMs: number) => Fragment | undefined;
  /** Does what is due; false once the same fragment was sent too often. */
  readonly tick: (nowMs: number) => boolean;
  readonly deadlineMs: () => number | undefined;
  /** Whether something waits that the other side's window does not let out. */
  readonly isShut: () => boolean;
  readonly isIdle: () => boolean;
}

/** Payload bytes of a fragment, and the window that the other side began with. */
export interface OutgoingConfig {
  readonly fragment: number;
  readonly window: number;
}

/** A fragment that was sent and not acknowledged. */
interface Flight {
  readonly fragment: Fragment;
  sentMs: number;
  isRepeated: boolean;
}

interface Sending {
  /** The first one leaves when its last fragment is acknowledged. */
  readonly records: OutgoingRecord[];
  /** In the order of their seq; those before `cursor` are on their way. */
  readonly flights: Flight[];
  cursor: number;
  /** Which record is cut next, and how much of it is cut already. */
  uncut: number;
  offset: number;
  seq: number;
  window: number;
  /** How often all was sent again since the last acknowledgement. */
  rounds: number;
}

/** Cuts the next fragment off the records; `undefined` where all are cut. */
const cut = (sending: Sending, size: number): Fragment | undefined => {
  const record = sending.records[sending.uncut];
  if (record === undefined) return undefined;
  const { seq, offset } = sending;
  const isLast = offset + size >= record.bytes.length;
  sending.seq = nextSeq(seq);
  sending.offset = isLast ? 0 : offset + size;
  if (isLast) sending.uncut += 1;
  const flags =
    (offset === 0 ? FLAGS.first : 0) |
    (isLast ? FLAGS.last : 0) |
    (record.isHandshake ? FLAGS.handshake : 0);
  const payload = record.bytes.subarray(offset, offset + size);
  return { seq, flags, channel: record.channel, payload };
};

/** Takes `count` fragments, and the records they end, for arrived. */
const retire = (sending: Sending, count: number): readonly Flight[] => {
  const retired = sending.flights.splice(0, count);
  const ended = retired.filter(({ fragment }) => (fragment.flags & FLAGS.last) !== 0).length;
  sending.records.splice(0, ended);
  sending.uncut -= ended;
  sending.cursor = Math.max(0, sending.cursor - count);
  // Who only says again what he lacks has not been served: that is counted on.
  if (count > 0) sending.rounds = 0;
  return retired;
};

const repeatNext = (sending: Sending, nowMs: number): Fragment | undefined => {
  const { flights, cursor, window } = sending;
  const flight = cursor < window ? flights[cursor] : undefined;
  if (flight === undefined) return undefined;
  flight.isRepeated = true;
  flight.sentMs = nowMs;
  sending.cursor += 1;
  return { ...flight.fragment, flags: flight.fragment.flags | FLAGS.retransmit };
};

const sendNext = (sending: Sending, size: number, nowMs: number): Fragment | undefined => {
  const { flights, cursor, window } = sending;
  const isFull = cursor < flights.length || flights.length >= window;
  const fragment = isFull ? undefined : cut(sending, size);
  if (fragment === undefined) return undefined;
  flights.push({ fragment, sentMs: nowMs, isRepeated: false });
  sending.cursor += 1;
  return fragment;
};

const createSending = (window: number): Sending => ({
  records: [],
  flights: [],
  cursor: 0,
  uncut: 0,
  offset: 0,
  seq: 0,
  window,
  rounds: 0,
});

/** The sending half at its beginning. */
export const createOutgoing = ({ fragment: size, window }: OutgoingConfig): Outgoing => {
  const roundTrip = createRoundTrip();
  const sending = createSending(window);
  const { records, flights } = sending;

  /** Answers to what was pulled a moment ago speak of an earlier sending. */
  const isTooSoon = ({ isRepeated, sentMs }: Flight, nowMs: number): boolean =>
    isRepeated && nowMs - sentMs < 0.9 * roundTrip.shortestMs();
  const deadlineMs = (): number | undefined => {
    const [oldest] = flights;
    const isTimed = sending.cursor > 0 && sending.window > 0;
    return isTimed && oldest !== undefined ? oldest.sentMs + roundTrip.timeoutMs() : undefined;
  };
  const goBack = (): void => {
    sending.rounds += 1;
    sending.cursor = 0;
  };

  return {
    queue: ({ channel, isHandshake, bytes }) => {
      if (bytes.length > LIMITS.record || records.length >= LIMITS.queuedRecords) return false;
      records.push({ channel, isHandshake, bytes: Uint8Array.from(bytes) });
      return true;
    },
    room: () => LIMITS.queuedRecords - records.length,
    acknowledge: (ack, offered, nowMs) => {
      const base = flights[0]?.fragment.seq ?? sending.seq;
      const count = stepsTo(ack, base);
      if (count > flights.length) return 0;
      const measured = retire(sending, count).find(({ isRepeated }) => !isRepeated);
      if (measured !== undefined) roundTrip.measure(nowMs - measured.sentMs);
      // What came while the window was shut was dropped: it goes again, and nobody's fault it is.
      if (sending.window === 0 && offered > 0) sending.cursor = 0;
      sending.window = offered;
      return count;
    },
    sendAgain: (ack, nowMs) => {
      const [oldest] = flights;
      if (oldest?.fragment.seq !== ack || sending.cursor === 0) return;
      if (sending.rounds < RETRANSMISSION.tries && !isTooSoon(oldest, nowMs)) goBack();
    },
    pull: (nowMs) => repeatNext(sending, nowMs) ?? sendNext(sending, size, nowMs),
    tick: (nowMs) => {
      const dueMs = deadlineMs();
      if (dueMs === undefined || nowMs < dueMs) return true;
      if (sending.rounds >= RETRANSMISSION.tries) return false;
      roundTrip.backOff();
      goBack();
      return true;
    },
    deadlineMs,
    isShut: () => sending.window === 0 && records.length > 0,
    isIdle: () => records.length === 0,
  };
};
