/**
 * Greeting: HELLO and HELLO_ACK, before there is a link. Each side's part in it: what it says and
 * when, and what it makes of what the other said.
 */
import { concat, isSame } from "../bytes.ts";
import { decodeAs, encodeAs } from "../cbor/cbor.ts";
import { encodeFrame, FLAGS, type Frame } from "../frame/frame.ts";
import { HELLO, type Hello, PROTOCOL_VERSION, SUITES } from "./hello.ts";
import { LINK_TIMES } from "./times.ts";

/** What a greeting needs of its surroundings. */
export interface GreetingConfig {
  readonly side: "host" | "device";
  readonly sha256: (data: Uint8Array) => Uint8Array;
  /** 16 fresh random bytes. */
  readonly nonce: () => Uint8Array;
  /** Payload bytes of the largest frame to take: 64 to 4,096. */
  readonly frameLimit: number;
  /** Frames to accept at once: 1 to 32. */
  readonly window: number;
  /** The device's boot id and phase; absent on the host. */
  readonly state?: () => Pick<Hello, "bootId" | "phase">;
}

/** The payloads of both HELLOs, as they crossed the line. */
export interface Hellos {
  readonly host: Uint8Array;
  readonly device: Uint8Array;
}

/** What a frame of the other side means. */
export type Greeted =
  | { readonly kind: "nothing" | "loopback" | "incompatible" }
  /** Both sides know the epoch now. */
  | {
      readonly kind: "greeted";
      readonly epoch: number;
      readonly peer: Hello;
      readonly hellos: Hellos;
    };

/** One side of a greeting. */
export interface Greeter {
  /** Takes a HELLO or HELLO_ACK; `isTaken` tells epochs that are in use. */
  readonly take: (frame: Frame, nowMs: number, isTaken: (epoch: number) => boolean) => Greeted;
  /** The link of `epoch` is over: the host asks anew, the device forgets what it answered. */
  readonly ended: (epoch: number, nowMs: number) => void;
  /** Nothing that was said counts any more: the host begins to ask, from the first. */
  readonly restart: () => void;
  /** The host asks no more. */
  readonly rest: () => void;
  /** Whether the host is asking. */
  readonly isAsking: () => boolean;
  /** Does what is due. */
  readonly tick: (nowMs: number) => void;
  /** The next bytes for the line. */
  readonly pull: () => Uint8Array | undefined;
  readonly deadlineMs: () => number | undefined;
}

const NOTHING = { kind: "nothing" } as const;

/** The first two bytes of SHA-256(host nonce, device nonce); 0 becomes 1. */
const epochOf = ({ sha256 }: GreetingConfig, host: Uint8Array, device: Uint8Array): number => {
  const hash = sha256(concat(host, device));
  return ((hash[0] ?? 0) << 8) | (hash[1] ?? 0) || 1;
};

/** Whether both speak this version and a suite of it. */
const isCommon = ({ oldest, newest, suites }: Hello): boolean =>
  oldest <= PROTOCOL_VERSION &&
  newest >= PROTOCOL_VERSION &&
  SUITES.some((suite) => suites.includes(suite));

const bodyOf = (config: GreetingConfig, nonce: Uint8Array): Uint8Array =>
  encodeAs(HELLO, {
    side: config.side,
    oldest: PROTOCOL_VERSION,
    newest: PROTOCOL_VERSION,
    nonce,
    frameLimit: config.frameLimit,
    window: config.window,
    suites: [...SUITES],
    features: [],
    ...config.state?.(),
  });

const greeting = (
  type: "hello" | "helloAck",
  epoch: number,
  window: number,
  payload: Uint8Array,
): Uint8Array => {
  const flags = type === "hello" ? 0 : FLAGS.device;
  return encodeFrame({ type, flags, epoch, seq: 0, ack: 0, window, channel: 0, payload });
};

/** What a host has asked. */
interface Question {
  readonly nonce: Uint8Array;
  readonly body: Uint8Array;
}

const ask = (config: GreetingConfig): Question => {
  const nonce = config.nonce();
  return { nonce, body: bodyOf(config, nonce) };
};

/** What a HELLO_ACK means to the host that asked: it believes the answer to its own nonce only. */
const judgeAnswer = (
  config: GreetingConfig,
  asked: Question,
  { epoch, flags, payload }: Frame,
): Greeted => {
  const peer = decodeAs(HELLO, payload);
  if (peer === undefined) return NOTHING;
  if (peer.side === "host" || isSame(peer.nonce, asked.nonce)) return { kind: "loopback" };
  if ((flags & FLAGS.device) === 0) return NOTHING;
  if (epochOf(config, asked.nonce, peer.nonce) !== epoch) return NOTHING;
  if (!isCommon(peer)) return { kind: "incompatible" };
  return { kind: "greeted", epoch, peer, hellos: { host: asked.body, device: payload } };
};

/** The host's side: it asks until it is answered. */
export const createHostGreeter = (config: GreetingConfig): Greeter => {
  let asked = ask(config);
  /** When it says HELLO next; `undefined` while it has no reason to. */
  let helloAtMs: number | undefined = 0;
  let isDue = false;
  const rest = (): void => {
    helloAtMs = undefined;
    isDue = false;
  };
  const begin = (nowMs: number): void => {
    asked = ask(config);
    helloAtMs = nowMs;
  };
  return {
    take: (frame) => {
      if (helloAtMs === undefined) return NOTHING;
      if (frame.type === "hello") {
        return decodeAs(HELLO, frame.payload)?.side === "host" ? { kind: "loopback" } : NOTHING;
      }
      const greeted = judgeAnswer(config, asked, frame);
      if (greeted.kind === "greeted" || greeted.kind === "incompatible") rest();
      return greeted;
    },
    ended: (_, nowMs) => begin(nowMs),
    restart: () => begin(0),
    rest,
    isAsking: () => helloAtMs !== undefined,
    tick: (nowMs) => {
      if (helloAtMs === undefined || nowMs < helloAtMs) return;
      helloAtMs = nowMs + LINK_TIMES.hello;
      isDue = true;
    },
    pull: () => {
      if (!isDue) return undefined;
      isDue = false;
      // The zeros end whatever the line still holds of somebody else.
      return concat(Uint8Array.of(0, 0), greeting("hello", 0, config.window, asked.body));
    },
    deadlineMs: () => helloAtMs,
  };
};

/** What a device has answered. */
interface Answer {
  readonly asked: Uint8Array;
  readonly greeted: Greeted;
  readonly epoch: number;
  readonly bytes: Uint8Array;
}

const answerTo = (config: GreetingConfig, asked: Uint8Array, peer: Hello): Answer => {
  const nonce = config.nonce();
  const epoch = epochOf(config, peer.nonce, nonce);
  const body = bodyOf(config, nonce);
  const hellos = { host: asked, device: body };
  return {
    asked,
    greeted: isCommon(peer) ? { kind: "greeted", epoch, peer, hellos } : NOTHING,
    epoch,
    bytes: greeting("helloAck", epoch, config.window, body),
  };
};

/** The device's side: it answers, at a bounded rate, and the same question with the same bytes. */
export const createDeviceGreeter = (config: GreetingConfig): Greeter => {
  let last: Answer | undefined;
  let out: Uint8Array | undefined;
  let answersAtMs: readonly number[] = [];
  const isFlooded = (nowMs: number): boolean => {
    answersAtMs = answersAtMs.filter((atMs) => nowMs - atMs < LINK_TIMES.answerSpan);
    return answersAtMs.length >= LINK_TIMES.answers;
  };
  /** A host that missed the answer asks again: both ends must then agree on one epoch. */
  const answer = (asked: Uint8Array, isTaken: (epoch: number) => boolean): Answer | undefined => {
    if (last !== undefined && isSame(last.asked, asked)) return last;
    const peer = decodeAs(HELLO, asked);
    if (peer?.side !== "host") return undefined;
    const fresh = answerTo(config, asked, peer);
    return isTaken(fresh.epoch) ? undefined : fresh;
  };
  return {
    take: (frame, nowMs, isTaken) => {
      const isHello = frame.type === "hello" && (frame.flags & FLAGS.device) === 0;
      if (!isHello || isFlooded(nowMs)) return NOTHING;
      const answered = answer(frame.payload, isTaken);
      if (answered === undefined) return NOTHING;
      answersAtMs = [...answersAtMs, nowMs];
      last = answered;
      out = answered.bytes;
      return answered.greeted;
    },
    ended: (epoch) => {
      if (last?.epoch === epoch) last = undefined;
    },
    restart: () => {
      last = undefined;
      out = undefined;
      answersAtMs = []; // a flood cannot plug in as fast as it can ask
    },
    rest: () => undefined,
    isAsking: () => false,
    tick: () => undefined,
    pull: () => {
      const bytes = out;
      out = undefined;
      return bytes;
    },
    deadlineMs: () => undefined,
  };
};
