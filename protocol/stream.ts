/**
 * The two directions of one live link: records are cut into fragments, sent one at a time, each
 * again until it is acknowledged; fragments that arrive are joined. Retransmission times are
 * measured (RFC 6298, with Karn's rule), never fixed.
 */
import { FLAGS, type Frame, type FrameType } from "./frame.ts";
import { LIMITS } from "./limits.ts";

/** Bounds of a retransmission time, in milliseconds, and how often a frame is repeated. */
export const RETRANSMISSION = { first: 250, least: 50, most: 2000, tries: 8 } as const;

/** A whole record and the channel it came on. */
export interface ReceivedRecord {
  readonly channel: number;
  readonly bytes: Uint8Array;
}

/** Both directions of a link. */
export interface Stream {
  /** Takes a DATA or ACK frame of this epoch; the records it completes. */
  readonly receive: (frame: Frame, nowMs: number) => readonly ReceivedRecord[];
  /** False where the record or the queue is too large. */
  readonly send: (channel: number, record: Uint8Array, nowMs: number) => boolean;
  /** Sends what is due; false once a frame was repeated too often. */
  readonly tick: (nowMs: number) => boolean;
  readonly deadlineMs: () => number | undefined;
  readonly isIdle: () => boolean;
}

/** Payload bytes of a fragment, and where frames go. */
export interface StreamConfig {
  readonly fragment: number;
  readonly emit: (type: FrameType, parts: Partial<Frame>) => void;
}

interface Fragment {
  readonly channel: number;
  readonly flags: number;
  readonly payload: Uint8Array;
}

interface Flight extends Fragment {
  readonly sentMs: number;
  readonly dueMs: number;
  readonly tries: number;
}

const next = (seq: number): number => (seq + 1) & 0xffff;

/** Smoothed round-trip time and its variance (RFC 6298, section 2), in milliseconds. */
const createEstimate = () => {
  let smoothed: number | undefined;
  let variance = 0;
  return {
    measure: (roundTripMs: number): void => {
      if (smoothed === undefined) {
        smoothed = roundTripMs;
        variance = roundTripMs / 2;
        return;
      }
      variance = 0.75 * variance + 0.25 * Math.abs(smoothed - roundTripMs);
      smoothed = 0.875 * smoothed + 0.125 * roundTripMs;
    },
    timeoutMs: (tries: number): number => {
      const base = smoothed === undefined ? RETRANSMISSION.first : smoothed + 4 * variance;
      const bounded = Math.max(base, RETRANSMISSION.least) * 2 ** tries;
      return Math.min(bounded, RETRANSMISSION.most);
    },
  };
};

const cut = (channel: number, record: Uint8Array, size: number): readonly Fragment[] => {
  const count = Math.max(1, Math.ceil(record.length / size));
  return Array.from({ length: count }, (_, i) => ({
    channel,
    flags: (i === 0 ? FLAGS.first : 0) | (i === count - 1 ? FLAGS.last : 0),
    payload: record.slice(i * size, (i + 1) * size),
  }));
};

/** Joins fragments to records, one channel at a time; holds at most one record's bytes. */
const createJoiner = () => {
  let pieces: Uint8Array[] = [];
  let length = 0;
  let channel: number | undefined;
  const clear = (): void => {
    pieces = [];
    length = 0;
    channel = undefined;
  };
  return (frame: Frame): ReceivedRecord | undefined => {
    if ((frame.flags & FLAGS.first) !== 0) {
      clear();
      channel = frame.channel;
    }
    if (channel !== frame.channel || length + frame.payload.length > LIMITS.record) {
      clear(); // a fragment without its beginning, or a record beyond its limit
      return undefined;
    }
    pieces.push(frame.payload);
    length += frame.payload.length;
    if ((frame.flags & FLAGS.last) === 0) return undefined;
    const bytes = new Uint8Array(length);
    let at = 0;
    for (const piece of pieces) {
      bytes.set(piece, at);
      at += piece.length;
    }
    clear();
    return { channel: frame.channel, bytes };
  };
};

/** Both directions, at their beginning. */
export const createStream = ({ fragment, emit }: StreamConfig): Stream => {
  const estimate = createEstimate();
  const join = createJoiner();
  let queue: Fragment[] = [];
  let records = 0;
  let flight: Flight | undefined;
  let sendSeq = 0;
  let expected = 0;

  const fly = (piece: Fragment, tries: number, nowMs: number): void => {
    const repeat = tries === 0 ? 0 : FLAGS.retransmit;
    emit("data", { ...piece, flags: piece.flags | repeat, seq: sendSeq, ack: expected });
    flight = { ...piece, sentMs: nowMs, dueMs: nowMs + estimate.timeoutMs(tries), tries };
  };
  const advance = (nowMs: number): void => {
    const [piece] = queue;
    if (flight !== undefined || piece === undefined) return;
    queue = queue.slice(1);
    fly(piece, 0, nowMs);
  };
  const acknowledge = (ack: number, nowMs: number): void => {
    if (flight === undefined || ack !== next(sendSeq)) return;
    if (flight.tries === 0) estimate.measure(nowMs - flight.sentMs);
    if ((flight.flags & FLAGS.last) !== 0) records -= 1;
    sendSeq = ack;
    flight = undefined;
    advance(nowMs);
  };

  return {
    receive: (frame, nowMs) => {
      acknowledge(frame.ack, nowMs);
      if (frame.type !== "data") return [];
      const isNew = frame.seq === expected;
      if (isNew) expected = next(expected);
      emit("ack", { ack: expected });
      const record = isNew ? join(frame) : undefined;
      return record === undefined ? [] : [record];
    },
    send: (channel, record, nowMs) => {
      if (record.length > LIMITS.record || records >= LIMITS.queuedRecords) return false;
      records += 1;
      queue = [...queue, ...cut(channel, record, fragment)];
      advance(nowMs);
      return true;
    },
    tick: (nowMs) => {
      if (flight === undefined || nowMs < flight.dueMs) return true;
      if (flight.tries >= RETRANSMISSION.tries) return false;
      fly(flight, flight.tries + 1, nowMs);
      return true;
    },
    deadlineMs: () => flight?.dueMs,
    isIdle: () => flight === undefined && queue.length === 0,
  };
};
