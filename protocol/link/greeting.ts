/**
 * Greeting: HELLO and HELLO_ACK, before there is a link. Each side's judgement of what the other
 * said; frames and timers are link.ts's business.
 */
import { decodeAs, encodeAs } from "../cbor/cbor.ts";
import { concat, isSame } from "../bytes.ts";
import type { Frame } from "../frame/frame.ts";
import { HELLO, type Hello, PROTOCOL_VERSION } from "./hello.ts";
import { LIMITS } from "../limits.ts";

/** What a greeting needs of its surroundings. */
export interface GreetingConfig {
  readonly side: "host" | "device";
  readonly sha256: (data: Uint8Array) => Uint8Array;
  /** 16 fresh random bytes. */
  readonly nonce: () => Uint8Array;
  /** The device's boot id and phase; absent on the host. */
  readonly state?: () => Pick<Hello, "bootId" | "phase">;
}

/** What a frame of the other side means. */
export type Greeted =
  | { readonly kind: "nothing" | "loopback" | "incompatible" }
  /** To be answered with a HELLO_ACK; `peer` is absent where no version is common. */
  | { readonly kind: "asked"; readonly epoch: number; readonly peer?: Hello }
  | { readonly kind: "answered"; readonly epoch: number; readonly peer: Hello };

/** One side of a greeting. */
export interface Greeter {
  /** The body of our own HELLO or HELLO_ACK. */
  readonly body: () => Uint8Array;
  readonly take: (frame: Frame, nowMs: number) => Greeted;
  /** Forgets what was said: a fresh nonce. */
  readonly renew: () => void;
}

/** The device answers at most so often in so many milliseconds. */
export const ANSWERS = { most: 2, spanMs: 1000 } as const;

const NOTHING = { kind: "nothing" } as const;

/** The first two bytes of SHA-256(host nonce, device nonce); 0 becomes 1. */
const epochOf = ({ sha256 }: GreetingConfig, host: Uint8Array, device: Uint8Array): number => {
  const hash = sha256(concat(host, device));
  return ((hash[0] ?? 0) << 8) | (hash[1] ?? 0) || 1;
};

const isCommon = ({ oldest, newest }: Hello): boolean =>
  oldest <= PROTOCOL_VERSION && newest >= PROTOCOL_VERSION;

const bodyOf = (config: GreetingConfig, nonce: Uint8Array): Uint8Array =>
  encodeAs(HELLO, {
    side: config.side,
    oldest: PROTOCOL_VERSION,
    newest: PROTOCOL_VERSION,
    nonce,
    frameLimit: LIMITS.framePayloadDefault,
    window: 1,
    suites: [],
    features: [],
    ...config.state?.(),
  });

/** What a HELLO_ACK means to the host that asked with the nonce `own`. */
const judgeAnswer = (
  config: GreetingConfig,
  own: Uint8Array,
  { epoch }: Frame,
  peer: Hello,
): Greeted => {
  if (epochOf(config, own, peer.nonce) !== epoch) return NOTHING;
  return isCommon(peer) ? { kind: "answered", epoch, peer } : { kind: "incompatible" };
};

/** The host's side: it asks, and believes the answer to its own nonce only. */
export const createHostGreeter = (config: GreetingConfig): Greeter => {
  let own = config.nonce();
  return {
    body: () => bodyOf(config, own),
    renew: () => {
      own = config.nonce();
    },
    take: (frame) => {
      const peer = decodeAs(HELLO, frame.payload);
      if (peer === undefined) return NOTHING;
      if (peer.side === "host") return isSame(peer.nonce, own) ? { kind: "loopback" } : NOTHING;
      return frame.type === "helloAck" ? judgeAnswer(config, own, frame, peer) : NOTHING;
    },
  };
};

/** The device's side: it answers, at a bounded rate, and the same question with the same answer. */
export const createDeviceGreeter = (config: GreetingConfig): Greeter => {
  let own = config.nonce();
  let asked: Uint8Array | undefined;
  let answersAtMs: readonly number[] = [];
  const isFlooded = (nowMs: number): boolean => {
    answersAtMs = answersAtMs.filter((atMs) => nowMs - atMs < ANSWERS.spanMs);
    return answersAtMs.length >= ANSWERS.most;
  };
  return {
    body: () => bodyOf(config, own),
    renew: () => {
      asked = undefined;
    },
    take: (frame, nowMs) => {
      const peer = frame.type === "hello" ? decodeAs(HELLO, frame.payload) : undefined;
      if (peer === undefined || peer.side !== "host" || isFlooded(nowMs)) return NOTHING;
      answersAtMs = [...answersAtMs, nowMs];
      // A host that missed the answer asks again: both ends must then agree on one epoch.
      if (asked === undefined || !isSame(asked, peer.nonce)) own = config.nonce();
      asked = peer.nonce;
      const epoch = epochOf(config, peer.nonce, own);
      return isCommon(peer) ? { kind: "asked", epoch, peer } : { kind: "asked", epoch };
    },
  };
};
