/**
 * The link: reliable, ordered records over a line that may lose or spoil bytes. A pure state
 * machine: bytes, records and the time go in; bytes and events come out. This version sends one
 * frame at a time and waits for its acknowledgement; the interface is the one a window needs.
 *
 * The host says HELLO until it is answered; the device sends nothing before a valid HELLO. A HELLO
 * opens a candidate beside the live link, told apart by epoch; the candidate's first good DATA
 * frame makes it the live one, so a stray HELLO ends nothing.
 */
import { decodeAs, encodeAs } from "./cbor.ts";
import { assert } from "./errors.ts";
import { createFrameReader, encodeFrame, FLAGS, type Frame, type FrameType } from "./frame.ts";
import { HELLO, type Hello, PROTOCOL_VERSION } from "./hello.ts";
import { LIMITS } from "./limits.ts";
import { createStream, type Stream } from "./stream.ts";

/** Times of the link, in milliseconds. */
export const LINK_TIMES = {
  /** Between two HELLOs of the host, for ever. */
  hello: 500,
  /** The device answers at most twice in this span. */
  helloSpan: 1000,
  /** Silence after which a partial frame is dropped. */
  partialFrame: 200,
} as const;

/** What the link hands up. */
export type LinkEvent =
  | { readonly kind: "up"; readonly peer: Hello; readonly epoch: number }
  | { readonly kind: "record"; readonly channel: number; readonly record: Uint8Array }
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
  /** Queues a record for the live link; false where there is none or its queue is full. */
  readonly send: (channel: number, record: Uint8Array, nowMs: number) => boolean;
  /** To be called at `deadlineMs()`, and after `send`. */
  readonly tick: (nowMs: number) => LinkOutput;
  readonly deadlineMs: () => number | undefined;
  readonly isUp: () => boolean;
  readonly isIdle: () => boolean;
  /** Pieces dropped because a check failed. */
  readonly dropped: () => number;
}

/** What the link needs of its surroundings. */
export interface LinkConfig {
  readonly side: "host" | "device";
  readonly sha256: (data: Uint8Array) => Uint8Array;
  /** 16 fresh random bytes for each HELLO. */
  readonly nonce: () => Uint8Array;
  /** The device's boot id and phase; absent on the host. */
  readonly state?: () => Pick<Hello, "bootId" | "phase">;
}

interface Peer {
  readonly epoch: number;
  readonly hello: Hello;
  readonly stream: Stream;
}

const concat = (a: Uint8Array, b: Uint8Array): Uint8Array => {
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
};

const isSame = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);

/** The first two bytes of SHA-256(host nonce, device nonce); 0 becomes 1. */
const epochOf = (config: LinkConfig, host: Uint8Array, device: Uint8Array): number => {
  const hash = config.sha256(concat(host, device));
  return ((hash[0] ?? 0) << 8) | (hash[1] ?? 0) || 1;
};

/** One end of a link, down. */
export const createLink = (config: LinkConfig): Link => {
  const isHost = config.side === "host";
  const reader = createFrameReader();
  let own = config.nonce();
  let live: Peer | undefined;
  let candidate: Peer | undefined;
  let helloAtMs: number | undefined = isHost ? 0 : undefined;
  let answersAtMs: readonly number[] = [];
  let lastByteMs = 0;
  let out: Uint8Array[] = [];
  let events: LinkEvent[] = [];

  const drain = (): LinkOutput => {
    const output = { bytes: out, events };
    out = [];
    events = [];
    return output;
  };
  const emit = (type: FrameType, epoch: number, parts: Partial<Frame>): void => {
    const base = { flags: 0, seq: 0, ack: 0, window: 1, channel: 0, payload: new Uint8Array(0) };
    const direction = isHost ? 0 : FLAGS.device;
    const flags = (parts.flags ?? 0) | direction;
    out.push(encodeFrame({ ...base, ...parts, type, epoch, flags }));
  };
  const hello = (): Uint8Array =>
    encodeAs(HELLO, {
      side: config.side,
      oldest: PROTOCOL_VERSION,
      newest: PROTOCOL_VERSION,
      nonce: own,
      frameLimit: LIMITS.framePayloadDefault,
      window: 1,
      suites: [],
      features: [],
      ...config.state?.(),
    });
  const peerOf = (epoch: number, peer: Hello): Peer => ({
    epoch,
    hello: peer,
    stream: createStream({
      fragment: Math.min(
        LIMITS.framePayloadDefault,
        Math.max(peer.frameLimit, LIMITS.framePayloadMinimum),
      ),
      emit: (type, parts) => emit(type, epoch, parts),
    }),
  });
  const goDown = (reason: "link_down" | "link_incompatible"): void => {
    live = undefined;
    own = config.nonce();
    helloAtMs = isHost ? 0 : undefined;
    events.push({ kind: "down", reason });
  };
  const goLive = (peer: Peer): void => {
    live = peer;
    candidate = undefined;
    helloAtMs = undefined;
    events.push({ kind: "up", peer: peer.hello, epoch: peer.epoch });
  };

  const answerHello = (peer: Hello, nowMs: number): void => {
    answersAtMs = answersAtMs.filter((at) => nowMs - at < LINK_TIMES.helloSpan);
    if (answersAtMs.length >= 2) return;
    answersAtMs = [...answersAtMs, nowMs];
    // The same HELLO again gets the same answer: both ends then agree on one epoch.
    if (candidate === undefined || !isSame(candidate.hello.nonce, peer.nonce)) own = config.nonce();
    const epoch = epochOf(config, peer.nonce, own);
    emit("helloAck", epoch, { payload: hello() });
    const isCommon = peer.oldest <= PROTOCOL_VERSION && peer.newest >= PROTOCOL_VERSION;
    if (isCommon && candidate?.epoch !== epoch) candidate = peerOf(epoch, peer);
  };
  const takeHelloAck = (peer: Hello, epoch: number): void => {
    if (live !== undefined || epochOf(config, own, peer.nonce) !== epoch) return;
    if (peer.oldest > PROTOCOL_VERSION || peer.newest < PROTOCOL_VERSION) {
      helloAtMs = undefined;
      events.push({ kind: "down", reason: "link_incompatible" });
      return;
    }
    goLive(peerOf(epoch, peer));
  };
  const takeGreeting = (frame: Frame, nowMs: number): void => {
    const peer = decodeAs(HELLO, frame.payload);
    if (peer === undefined) return;
    if (peer.side === config.side || isSame(peer.nonce, own)) {
      if (isHost && live === undefined) events.push({ kind: "loopback" });
    } else if (frame.type === "hello" && !isHost) answerHello(peer, nowMs);
    else if (frame.type === "helloAck" && isHost) takeHelloAck(peer, frame.epoch);
  };
  const takeData = (peer: Peer, frame: Frame, nowMs: number): void => {
    for (const record of peer.stream.receive(frame, nowMs)) {
      events.push({ kind: "record", channel: record.channel, record: record.bytes });
    }
  };
  const takeFrame = (frame: Frame, nowMs: number): void => {
    if (frame.type === "hello" || frame.type === "helloAck") {
      takeGreeting(frame, nowMs);
      return;
    }
    if ((frame.flags & FLAGS.device) === (isHost ? 0 : FLAGS.device)) return;
    if (frame.type === "data" && frame.epoch === candidate?.epoch) goLive(candidate);
    if (live === undefined || frame.epoch !== live.epoch) return;
    if (frame.type === "ping") emit("pong", live.epoch, { payload: frame.payload.slice(0, 8) });
    else if (frame.type === "reset") goDown("link_down");
    else if (frame.type === "data" || frame.type === "ack") takeData(live, frame, nowMs);
  };

  return {
    receive: (bytes, nowMs) => {
      if (reader.isPartial() && nowMs - lastByteMs > LINK_TIMES.partialFrame) reader.reset();
      lastByteMs = nowMs;
      for (const frame of reader.push(bytes)) takeFrame(frame, nowMs);
      return drain();
    },
    send: (channel, record, nowMs) => {
      assert(channel >= 0 && channel < LIMITS.channels, "a channel of the link");
      return live?.stream.send(channel, record, nowMs) ?? false;
    },
    tick: (nowMs) => {
      if (helloAtMs !== undefined && live === undefined && nowMs >= helloAtMs) {
        helloAtMs = nowMs + LINK_TIMES.hello;
        out.push(Uint8Array.of(0, 0));
        emit("hello", 0, { payload: hello() });
      }
      if (live !== undefined && !live.stream.tick(nowMs)) goDown("link_down");
      return drain();
    },
    deadlineMs: () => (live === undefined ? helloAtMs : live.stream.deadlineMs()),
    isUp: () => live !== undefined,
    isIdle: () => live === undefined || live.stream.isIdle(),
    dropped: () => reader.dropped(),
  };
};
