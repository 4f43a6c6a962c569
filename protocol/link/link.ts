/**
 * The link: reliable, ordered records over a line that may lose or spoil bytes. A pure state
 * machine: bytes, records and the time go in; bytes and events come out. This version sends one
 * frame at a time and waits for its acknowledgement; the interface is the one a window needs.
 *
 * The host says HELLO until it is answered; the device sends nothing before a valid HELLO. A HELLO
 * opens a candidate beside the live link, told apart by epoch; the candidate's first good DATA
 * frame makes it the live one, so a stray HELLO ends nothing.
 */
import { assert } from "../errors.ts";
import {
  createFrameReader,
  encodeFrame,
  FLAGS,
  type Frame,
  type FrameReader,
  type FrameType,
} from "../frame/frame.ts";
import {
  createDeviceGreeter,
  createHostGreeter,
  type Greeter,
  type GreetingConfig,
} from "./greeting.ts";
import type { Hello } from "./hello.ts";
import { LIMITS } from "../limits.ts";
import { createStream, type Stream } from "./stream.ts";

/** Times of the link, in milliseconds. */
export const LINK_TIMES = {
  /** Between two HELLOs of the host, for ever. */
  hello: 500,
  /** Silence after which a partial frame is dropped. */
  partialFrame: 200,
} as const;

/** What the link hands up. */
export type LinkEvent =
  | { readonly kind: "up"; readonly peer: Hello; readonly epoch: number }
  | {
      readonly kind: "record";
      readonly channel: number;
      readonly record: Uint8Array;
      /** The link it came on: an answer belongs to this one, not to its successor. */
      readonly epoch: number;
    }
  | { readonly kind: "down"; readonly reason: "link_down" | "link_incompatible" }
  | { readonly kind: "loopback" };

/** What came of a step: bytes for the line, in order, and events for the layer above. */
export interface LinkOutput {
  readonly bytes: readonly Uint8Array[];
  readonly events: readonly LinkEvent[];
}

/** One end of a link. Times are milliseconds of a monotonic clock. */
export interface Link {
  readonly receive: (bytes: Uint8Array, nowMs: number) => LinkOutput;
  /**
   * Queues a record for the live link; false where there is none, where its queue is full, or
   * where it is not the link of `epoch`, if that is given.
   */
  readonly send: (channel: number, record: Uint8Array, nowMs: number, epoch?: number) => boolean;
  /** To be called at `deadlineMs()`, and after `send`. */
  readonly tick: (nowMs: number) => LinkOutput;
  readonly deadlineMs: () => number | undefined;
  readonly isUp: () => boolean;
  /** The other end of the line has gone or is new: what was agreed with it is void. */
  readonly forget: () => void;
  /** Whether nothing waits to be sent or acknowledged. */
  readonly isIdle: () => boolean;
  /** Pieces dropped because a check failed. */
  readonly dropped: () => number;
}

/** What the link needs of its surroundings. */
export type LinkConfig = GreetingConfig;

interface Peer {
  readonly epoch: number;
  readonly hello: Hello;
  readonly stream: Stream;
}

interface State {
  readonly isHost: boolean;
  readonly greeter: Greeter;
  readonly reader: FrameReader;
  live: Peer | undefined;
  candidate: Peer | undefined;
  /** When the host says HELLO next; `undefined` while it has no reason to. */
  helloAtMs: number | undefined;
  lastByteMs: number;
  out: Uint8Array[];
  events: LinkEvent[];
}

const EMPTY = { flags: 0, seq: 0, ack: 0, window: 1, channel: 0, payload: new Uint8Array(0) };

const emit = (state: State, type: FrameType, epoch: number, parts: Partial<Frame>): void => {
  const flags = (parts.flags ?? 0) | (state.isHost ? 0 : FLAGS.device);
  state.out.push(encodeFrame({ ...EMPTY, ...parts, type, epoch, flags }));
};

const drain = (state: State): LinkOutput => {
  const output = { bytes: state.out, events: state.events };
  state.out = [];
  state.events = [];
  return output;
};

const peerOf = (state: State, epoch: number, hello: Hello): Peer => {
  const asked = Math.max(hello.frameLimit, LIMITS.framePayloadMinimum);
  const fragment = Math.min(LIMITS.framePayloadDefault, asked);
  const send = (type: FrameType, parts: Partial<Frame>): void => emit(state, type, epoch, parts);
  return { epoch, hello, stream: createStream({ fragment, emit: send }) };
};

const goLive = (state: State, peer: Peer): void => {
  state.live = peer;
  state.candidate = undefined;
  state.helloAtMs = undefined;
  state.greeter.renew();
  state.events.push({ kind: "up", peer: peer.hello, epoch: peer.epoch });
};

const goDown = (state: State): void => {
  state.live = undefined;
  state.helloAtMs = state.isHost ? 0 : undefined;
  state.events.push({ kind: "down", reason: "link_down" });
};

const takeGreeting = (state: State, frame: Frame, nowMs: number): void => {
  if (state.isHost && state.live !== undefined) return;
  const greeted = state.greeter.take(frame, nowMs);
  switch (greeted.kind) {
    case "nothing":
      return;
    case "loopback":
      state.events.push({ kind: "loopback" });
      return;
    case "incompatible":
      state.helloAtMs = undefined;
      state.events.push({ kind: "down", reason: "link_incompatible" });
      return;
    case "asked": {
      const { epoch, peer } = greeted;
      emit(state, "helloAck", epoch, { payload: state.greeter.body() });
      const isNew = state.candidate?.epoch !== epoch;
      if (peer !== undefined && isNew) state.candidate = peerOf(state, epoch, peer);
      return;
    }
    case "answered":
      goLive(state, peerOf(state, greeted.epoch, greeted.peer));
  }
};

const takeLive = (state: State, live: Peer, frame: Frame, nowMs: number): void => {
  switch (frame.type) {
    case "data":
    case "ack":
      for (const { channel, bytes } of live.stream.receive(frame, nowMs)) {
        state.events.push({ kind: "record", channel, record: bytes, epoch: live.epoch });
      }
      return;
    case "ping":
      emit(state, "pong", live.epoch, { payload: frame.payload.slice(0, 8) });
      return;
    case "reset":
      goDown(state);
      return;
    default:
      return; // PONG and NAK say nothing to a link that sends one frame at a time
  }
};

const isEcho = (state: State, frame: Frame): boolean =>
  (frame.flags & FLAGS.device) === (state.isHost ? 0 : FLAGS.device);

const takeFrame = (state: State, frame: Frame, nowMs: number): void => {
  if (frame.type === "hello" || frame.type === "helloAck") {
    takeGreeting(state, frame, nowMs);
    return;
  }
  if (isEcho(state, frame)) return;
  const { candidate } = state;
  if (frame.type === "data" && frame.epoch === candidate?.epoch) goLive(state, candidate);
  if (state.live?.epoch === frame.epoch) takeLive(state, state.live, frame, nowMs);
};

const tick = (state: State, nowMs: number): void => {
  const { live, helloAtMs } = state;
  if (live !== undefined) {
    if (!live.stream.tick(nowMs)) goDown(state);
  } else if (helloAtMs !== undefined && nowMs >= helloAtMs) {
    state.helloAtMs = nowMs + LINK_TIMES.hello;
    state.out.push(Uint8Array.of(0, 0)); // ends whatever the line still holds of somebody else
    emit(state, "hello", 0, { payload: state.greeter.body() });
  }
};

/** One end of a link, down. */
export const createLink = (config: LinkConfig): Link => {
  const isHost = config.side === "host";
  const state: State = {
    isHost,
    greeter: isHost ? createHostGreeter(config) : createDeviceGreeter(config),
    reader: createFrameReader(),
    live: undefined,
    candidate: undefined,
    helloAtMs: isHost ? 0 : undefined,
    lastByteMs: 0,
    out: [],
    events: [],
  };
  return {
    receive: (bytes, nowMs) => {
      const isLate = nowMs - state.lastByteMs > LINK_TIMES.partialFrame;
      if (isLate && state.reader.isPartial()) state.reader.reset();
      state.lastByteMs = nowMs;
      for (const frame of state.reader.push(bytes)) takeFrame(state, frame, nowMs);
      return drain(state);
    },
    send: (channel, record, nowMs, epoch = state.live?.epoch) => {
      assert(channel >= 0 && channel < LIMITS.channels, "a channel of the link");
      const { live } = state;
      return live?.epoch === epoch && (live?.stream.send(channel, record, nowMs) ?? false);
    },
    tick: (nowMs) => {
      tick(state, nowMs);
      return drain(state);
    },
    deadlineMs: () => (state.live === undefined ? state.helloAtMs : state.live.stream.deadlineMs()),
    forget: () => {
      if (state.live !== undefined) goDown(state);
      state.candidate = undefined;
      state.greeter.renew();
      state.reader.reset();
    },
    isUp: () => state.live !== undefined,
    isIdle: () => state.live?.stream.isIdle() ?? true,
    dropped: () => state.reader.dropped(),
  };
};
