/**
 * The two directions of one live link: records are cut into fragments, sent one at a time, each
 * again until it is acknowledged; fragments that arrive are joined.
 */
import { FLAGS, type Frame, type FrameType } from "../frame/frame.ts";
import { createJoiner, type ReceivedRecord } from "./joiner.ts";
import { LIMITS } from "../limits.ts";
import { createRoundTrip, RETRANSMISSION } from "./round-trip.ts";

/** Both directions of a link. */
export interface Stream {
  /** Takes a DATA or ACK frame of this epoch; the records it completes. */
  readonly receive: (frame: Frame, nowMs: number) => readonly ReceivedRecord[];
  /** False where the record or the queue is too large. The record is copied. */
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

interface Outgoing {
  readonly channel: number;
  readonly bytes: Uint8Array;
}

/** A fragment on its way. */
interface Flight {
  readonly channel: number;
  readonly flags: number;
  readonly payload: Uint8Array;
  readonly sentMs: number;
  readonly dueMs: number;
  readonly tries: number;
}

const next = (seq: number): number => (seq + 1) & 0xffff;

const cut = ({ channel, bytes }: Outgoing, offset: number, size: number) => ({
  channel,
  flags: (offset === 0 ? FLAGS.first : 0) | (offset + size >= bytes.length ? FLAGS.last : 0),
  payload: bytes.subarray(offset, offset + size),
});

/** Both directions, at their beginning. */
export const createStream = ({ fragment, emit }: StreamConfig): Stream => {
  const roundTrip = createRoundTrip();
  const join = createJoiner();
  /** The first one leaves when its last fragment is acknowledged; `offset` counts its bytes. */
  const queue: Outgoing[] = [];
  let offset = 0;
  let flight: Flight | undefined;
  let sendSeq = 0;
  let expected = 0;

  const fly = (piece: ReturnType<typeof cut>, tries: number, nowMs: number): void => {
    const flags = piece.flags | (tries === 0 ? 0 : FLAGS.retransmit);
    emit("data", { ...piece, flags, seq: sendSeq, ack: expected });
    flight = { ...piece, sentMs: nowMs, dueMs: nowMs + roundTrip.timeoutMs(), tries };
  };
  const advance = (nowMs: number): void => {
    const [record] = queue;
    if (flight === undefined && record !== undefined) fly(cut(record, offset, fragment), 0, nowMs);
  };
  const acknowledge = (ack: number, nowMs: number): void => {
    if (flight === undefined || ack !== next(sendSeq)) return;
    if (flight.tries === 0) roundTrip.measure(nowMs - flight.sentMs);
    const isLast = (flight.flags & FLAGS.last) !== 0;
    if (isLast) queue.shift();
    offset = isLast ? 0 : offset + flight.payload.length;
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
      if (record.length > LIMITS.record || queue.length >= LIMITS.queuedRecords) return false;
      queue.push({ channel, bytes: Uint8Array.from(record) });
      advance(nowMs);
      return true;
    },
    tick: (nowMs) => {
      if (flight === undefined || nowMs < flight.dueMs) return true;
      if (flight.tries >= RETRANSMISSION.tries) return false;
      roundTrip.backOff();
      fly(flight, flight.tries + 1, nowMs);
      return true;
    },
    deadlineMs: () => flight?.dueMs,
    isIdle: () => queue.length === 0,
  };
};
