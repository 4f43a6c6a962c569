/**
 * The receiving half of a stream: takes the expected fragment and no other, and says when it owes
 * the other side an ACK or a NAK.
 */
import { FLAGS, type Frame } from "../frame/frame.ts";
import { createJoiner, type ReceivedRecord } from "./joiner.ts";
import { isAhead, nextSeq, stepsTo } from "./sequence.ts";
import { LINK_TIMES } from "./times.ts";

/** What is to be said to the other side now; `nothing` may become `ack` in time. */
export type Owed = "nothing" | "ack" | "nak";

/** The receiving half. */
export interface Incoming {
  /** Takes a DATA frame; the record that it completes. */
  readonly take: (frame: Frame, nowMs: number) => ReceivedRecord | undefined;
  /** A frame failed its CRC: it may have been the expected one. */
  readonly spoiled: (nowMs: number) => void;
  /** Owes an ACK where a shut window was told and is open again. */
  readonly reopened: () => void;
  readonly owed: () => Owed;
  /** What every frame to the other side says, and with it everything owed but a NAK is said. */
  readonly say: () => { readonly ack: number; readonly window: number };
  /** A NAK is leaving. */
  readonly sayNak: () => void;
  readonly tick: (nowMs: number) => void;
  readonly deadlineMs: () => number | undefined;
}

/** Frames to accept from the expected one on, while `isOpen`. */
export interface IncomingConfig {
  readonly window: number;
  readonly isOpen: () => boolean;
}

/**
 * An ACK leaves with every second frame, with every eighth part of a wide window (on a fast line
 * each is a wake-up at the other end), and with every frame where the sender waits for each.
 */
const ackEvery = (window: number): number => Math.min(Math.max(2, window >> 3), window);

interface Receiving {
  expected: number;
  /** Fragments taken since the last ACK. */
  untold: number;
  toldAck: number;
  toldWindow: number;
  owed: Owed;
  ackAtMs: number | undefined;
  nakedAtMs: number | undefined;
}

const oweAck = (receiving: Receiving): void => {
  if (receiving.owed === "nothing") receiving.owed = "ack";
  receiving.ackAtMs = undefined;
};

/** A whole record is often answered soon: then DATA says it, and no frame is spent on it. */
const waitOf = (flags: number): number =>
  (flags & FLAGS.last) === 0 ? LINK_TIMES.delayedAck : LINK_TIMES.promptAck;

const oweLater = (receiving: Receiving, atMs: number): void => {
  receiving.ackAtMs = Math.min(receiving.ackAtMs ?? atMs, atMs);
};

/** Once for each expected seq, until it arrives or some time has passed. */
const oweNak = (receiving: Receiving, nowMs: number): void => {
  const { nakedAtMs } = receiving;
  if (nakedAtMs !== undefined && nowMs - nakedAtMs < LINK_TIMES.nakAgain) return;
  receiving.nakedAtMs = nowMs;
  receiving.owed = "nak";
};

const refuse = (receiving: Receiving, seq: number, isOpen: boolean, nowMs: number): void => {
  oweAck(receiving);
  if (isOpen && isAhead(seq, receiving.expected)) oweNak(receiving, nowMs);
};

/** The receiving half at its beginning. */
export const createIncoming = ({ window, isOpen }: IncomingConfig): Incoming => {
  const join = createJoiner();
  const receiving: Receiving = {
    expected: 0,
    untold: 0,
    toldAck: 0,
    toldWindow: window,
    owed: "nothing",
    ackAtMs: undefined,
    nakedAtMs: undefined,
  };

  /** Nobody may send more than a window beyond what he was told: no turn is longer than that. */
  const isOffered = (seq: number): boolean => stepsTo(seq, receiving.toldAck) < window;
  return {
    take: (frame, nowMs) => {
      const { flags, seq } = frame;
      if (seq !== receiving.expected || !isOffered(seq) || !isOpen()) {
        refuse(receiving, seq, isOpen(), nowMs);
        return undefined;
      }
      receiving.expected = nextSeq(seq);
      receiving.nakedAtMs = undefined;
      receiving.untold += 1;
      if (receiving.owed === "nak") receiving.owed = "ack"; // what was missing has arrived
      const isRepeated = (flags & FLAGS.retransmit) !== 0;
      if (isRepeated || receiving.untold >= ackEvery(window)) oweAck(receiving);
      else oweLater(receiving, nowMs + waitOf(flags));
      return join(frame);
    },
    spoiled: (nowMs) => {
      if (isOpen()) oweNak(receiving, nowMs);
    },
    reopened: () => {
      if (receiving.toldWindow === 0 && isOpen()) oweAck(receiving);
    },
    owed: () => receiving.owed,
    say: () => {
      receiving.untold = 0;
      receiving.toldAck = receiving.expected;
      receiving.toldWindow = isOpen() ? window : 0;
      receiving.ackAtMs = undefined;
      if (receiving.owed === "ack") receiving.owed = "nothing";
      return { ack: receiving.expected, window: receiving.toldWindow };
    },
    sayNak: () => {
      receiving.owed = "nothing";
    },
    tick: (nowMs) => {
      if (receiving.ackAtMs !== undefined && nowMs >= receiving.ackAtMs) oweAck(receiving);
    },
    deadlineMs: () => receiving.ackAtMs,
  };
};
