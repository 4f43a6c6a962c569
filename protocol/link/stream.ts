/**
 * One epoch of a link: records go out and come in, either way reliable and in order, and each side
 * knows that the other is there. The parts of a frame come and go; bytes are link.ts's business.
 */
import { FLAGS, type Frame, type FrameType, PING_BYTES } from "../frame/frame.ts";
import { createIncoming, type Incoming } from "./incoming.ts";
import type { ReceivedRecord } from "./joiner.ts";
import { createKeepAlive } from "./keep-alive.ts";
import { createOutgoing, type Outgoing, type OutgoingRecord } from "./outgoing.ts";

/** What the line is to carry: the rest of a frame is empty. */
export type FrameParts = Partial<Frame> & { readonly type: FrameType };

/** Why a stream ended by itself. */
export type StreamEnd = "lost" | "silent";

/** Both directions of one epoch. */
export interface Stream {
  /**
   * Takes a frame of this epoch; the record that it completes. `takesData` false leaves its
   * fragment for later, without an answer.
   */
  readonly receive: (frame: Frame, nowMs: number, takesData: boolean) => ReceivedRecord | undefined;
  /** A frame came that failed its CRC. */
  readonly spoiled: (nowMs: number) => void;
  /** False where the record or the queue is too large. The record is copied. */
  readonly send: (record: OutgoingRecord) => boolean;
  /** How many records `send` would still take. */
  readonly room: () => number;
  /** The next frame that is more urgent than DATA: NAK, PONG, PING. */
  readonly pullControl: () => FrameParts | undefined;
  /** The next DATA frame, or an ACK where one is owed and no DATA can carry it. */
  readonly pullData: (nowMs: number) => FrameParts | undefined;
  /** Does what is due. `keepsAlive` false asks nobody whether he is there. */
  readonly tick: (nowMs: number, keepsAlive: boolean) => StreamEnd | undefined;
  readonly deadlineMs: (keepsAlive: boolean) => number | undefined;
  readonly heardMs: () => number;
  /** Another wants this one's place: asks the other side, and tells whether it is too silent. */
  readonly contest: (nowMs: number) => boolean;
  readonly isIdle: () => boolean;
}

/** What the streams of a link did so far; they count on. */
export interface StreamCounts {
  /** DATA frames sent again. */
  retransmitted: number;
  /** NAKs sent. */
  naks: number;
}

/** Sizes that the greeting agreed on. */
export interface StreamConfig {
  /** Payload bytes of a DATA frame. */
  readonly fragment: number;
  /** Frames to accept, and frames that the other side accepts at the beginning. */
  readonly window: number;
  readonly peerWindow: number;
  /** Whether the window is shut while the queue of outgoing records is full. */
  readonly shutsWhenFull: boolean;
  readonly counts: StreamCounts;
}

const pingPayload = (count: number): Uint8Array => {
  const payload = new Uint8Array(PING_BYTES);
  new DataView(payload.buffer).setUint32(PING_BYTES - 4, count);
  return payload;
};

/** PINGs to be sent and to be answered: one of each at most, however many are asked for. */
const createPings = () => {
  let count = 0;
  let asks = false;
  let answer: Uint8Array | undefined;
  return {
    ask: (): void => {
      asks = true;
    },
    answer: (payload: Uint8Array): void => {
      answer = payload;
    },
    pull: (): FrameParts | undefined => {
      const payload = answer;
      answer = undefined;
      if (payload !== undefined) return { type: "pong", payload };
      if (!asks) return undefined;
      asks = false;
      count += 1;
      return { type: "ping", payload: pingPayload(count) };
    },
  };
};

/** The earliest of some times; `undefined` is never. */
export const earliest = (...times: readonly (number | undefined)[]): number | undefined =>
  times.reduce((a, b) => (a === undefined || (b !== undefined && b < a) ? b : a), undefined);

/** What a stream says: control frames, and DATA. */
const createSpeech = ({
  outgoing,
  incoming,
  pings,
  counts,
}: {
  readonly outgoing: Outgoing;
  readonly incoming: Incoming;
  readonly pings: ReturnType<typeof createPings>;
  readonly counts: StreamCounts;
}) => {
  const sayData = (atMs: number): FrameParts | undefined => {
    const next = outgoing.pull(atMs);
    if (next === undefined) return undefined;
    if ((next.flags & FLAGS.retransmit) !== 0) counts.retransmitted += 1;
    return { type: "data", ...next, ...incoming.say() };
  };
  const sayNak = (): FrameParts => {
    counts.naks += 1;
    incoming.sayNak();
    return { type: "nak", ...incoming.say() };
  };
  const pullControl = (): FrameParts | undefined => {
    if (incoming.owed() === "nak") return sayNak();
    const ping = pings.pull();
    return ping && { ...ping, ...incoming.say() };
  };
  const pullData = (atMs: number): FrameParts | undefined => {
    const isOwed = incoming.owed() === "ack";
    return sayData(atMs) ?? (isOwed ? { type: "ack", ...incoming.say() } : undefined);
  };
  return { pullControl, pullData };
};

/** Both directions at their beginning, heard at `nowMs`. */
export const createStream = (config: StreamConfig, nowMs: number): Stream => {
  const { fragment, window, peerWindow, shutsWhenFull, counts } = config;
  const outgoing = createOutgoing({ fragment, window: peerWindow });
  const isOpen = (): boolean => !shutsWhenFull || outgoing.room() > 0;
  const incoming = createIncoming({ window, isOpen });
  const keepAlive = createKeepAlive(nowMs);
  const pings = createPings();

  const acknowledge = ({ ack, window: offered }: Frame, atMs: number): void => {
    const taken = outgoing.acknowledge(ack, offered, atMs);
    if (taken > 0) keepAlive.advance();
    incoming.reopened();
  };
  const { pullControl, pullData } = createSpeech({ outgoing, incoming, pings, counts });
  const tick = (atMs: number, keepsAlive: boolean): StreamEnd | undefined => {
    incoming.tick(atMs);
    if (!outgoing.tick(atMs)) return "lost";
    const due = keepsAlive ? keepAlive.tick(atMs, outgoing.isShut()) : undefined;
    if (due === "ask") pings.ask();
    if (due === "shut") return "lost";
    return due === "silent" ? "silent" : undefined;
  };

  return {
    receive: (frame, atMs, takesData) => {
      keepAlive.hear(atMs);
      acknowledge(frame, atMs);
      if (frame.type === "nak") outgoing.sendAgain(frame.ack, atMs);
      if (frame.type === "ping") pings.answer(frame.payload);
      return frame.type === "data" && takesData ? incoming.take(frame, atMs) : undefined;
    },
    spoiled: incoming.spoiled,
    send: outgoing.queue,
    room: outgoing.room,
    pullControl,
    pullData,
    tick,
    deadlineMs: (keepsAlive) =>
      earliest(
        incoming.deadlineMs(),
        outgoing.deadlineMs(),
        keepsAlive ? keepAlive.deadlineMs(outgoing.isShut()) : undefined,
      ),
    heardMs: keepAlive.heardMs,
    contest: (atMs) => {
      const { asks, isSilent } = keepAlive.contest(atMs);
      if (asks) pings.ask();
      return isSilent;
    },
    isIdle: outgoing.isIdle,
  };
};
