/**
 * The host's end of one channel: it begins handshakes, confirms them, and seals and opens records.
 * A channel's former session goes on until the device has confirmed the new one. A pure state
 * machine: records and the time go in, records and events come out.
 */
import { assert } from "../errors.ts";
import { LIMITS } from "../limits.ts";
import { type ChannelBinding, handshakeRecord, type HandshakeRecord } from "./binding.ts";
import { prologueOf, readHandshake, type SessionPattern } from "./binding.ts";
import { createHandshake, type Handshake } from "./noise/handshake.ts";
import { PATTERNS } from "./noise/patterns.ts";
import type { KeyAgreement, NoiseSuite } from "./noise/suite.ts";
import { createTransport, isConfirmation, isWorn, type Transport } from "./transport.ts";

/** How a session is to begin. */
export type Opening =
  | { readonly pattern: "NN" }
  /** `psk`: 32 bytes, from the words on the device's screen. */
  | { readonly pattern: "NNpsk0"; readonly psk: Uint8Array }
  | {
      readonly pattern: "IK";
      readonly hostKey: KeyAgreement;
      /** The device's link key, 32 bytes. */
      readonly deviceKey: Uint8Array;
      /** CBOR of a session claim. */
      readonly claim: Uint8Array;
    };

/** What came of a step. */
export type InitiatorEvent =
  | { readonly kind: "send"; readonly isHandshake: boolean; readonly record: Uint8Array }
  | {
      readonly kind: "began";
      readonly pattern: SessionPattern;
      readonly handshakeHash: Uint8Array;
    }
  | { readonly kind: "plaintext"; readonly plaintext: Uint8Array }
  /** The handshake came to nothing; the channel's former session, if any, goes on. */
  | { readonly kind: "refused" }
  /** There is no session any more. */
  | { readonly kind: "ended" };

/** The host's end of a channel. */
export interface Initiator {
  /** Begins a handshake; one that was under way is forgotten. */
  readonly begin: (opening: Opening, ephemeral: KeyAgreement, nowMs: number) => InitiatorEvent;
  readonly take: (
    record: Uint8Array,
    isHandshake: boolean,
    nowMs: number,
  ) => readonly InitiatorEvent[];
  /** A handshake that takes too long is refused. */
  readonly tick: (nowMs: number) => readonly InitiatorEvent[];
  readonly deadlineMs: () => number | undefined;
  /** Seals a message; `undefined` where no session is confirmed or its keys are worn. */
  readonly seal: (plaintext: Uint8Array, nowMs: number) => Uint8Array | undefined;
  /** The pattern of the session that counts. */
  readonly pattern: () => SessionPattern | undefined;
  /** The counter of the last handshake. */
  readonly counter: () => number;
  /** Zeroes every key. */
  readonly end: () => void;
}

interface Begun {
  readonly pattern: SessionPattern;
  readonly startedMs: number;
}

interface State {
  readonly suite: NoiseSuite;
  readonly binding: ChannelBinding;
  counter: number;
  handshake: (Begun & { readonly noise: Handshake }) | undefined;
  /** Sealed with already, not yet confirmed by the device. */
  pending: (Begun & { readonly transport: Transport }) | undefined;
  live: (Begun & { readonly transport: Transport }) | undefined;
}

const NONE = new Uint8Array(0);

const keysOf = (opening: Opening) => {
  switch (opening.pattern) {
    case "NN":
      return { psks: [] };
    case "NNpsk0":
      return { psks: [opening.psk] };
    case "IK":
      return { psks: [], localStatic: opening.hostKey, remoteStatic: opening.deviceKey };
  }
};

const endBegun = (state: State): void => {
  state.handshake?.noise.wipe();
  state.handshake = undefined;
  state.pending?.transport.end();
  state.pending = undefined;
};

const begin = (
  state: State,
  opening: Opening,
  ephemeral: KeyAgreement,
  nowMs: number,
): InitiatorEvent => {
  assert(state.counter < 0xffff, "a channel's handshakes are counted in 16 bits");
  const { pattern } = opening;
  state.counter += 1;
  endBegun(state);
  const noise = createHandshake({
    pattern: PATTERNS[pattern],
    initiator: true,
    rekeyEvery: LIMITS.rekeyRecords,
    prologue: prologueOf(state.binding, state.counter),
    suite: state.suite,
    ephemeral: () => ephemeral,
    ...keysOf(opening),
  });
  const message = noise.write(opening.pattern === "IK" ? opening.claim : NONE);
  if (message === undefined) return { kind: "refused" }; // the device's key is none
  state.handshake = { pattern, startedMs: nowMs, noise };
  return {
    kind: "send",
    isHandshake: true,
    record: handshakeRecord(pattern, state.counter, message),
  };
};

const endLive = (state: State): readonly InitiatorEvent[] => {
  if (state.live === undefined) return [];
  state.live.transport.end();
  state.live = undefined;
  return [{ kind: "ended" }];
};

/** A refusal with a counter is of that handshake; with 0 of whatever the device had till now. */
const takeRefusal = (state: State, counter: number): readonly InitiatorEvent[] => {
  if (counter !== 0) {
    if (counter !== state.counter || state.handshake === undefined) return [];
    endBegun(state);
    return [{ kind: "refused" }];
  }
  const ended = endLive(state);
  if (state.pending === undefined) return ended;
  endBegun(state);
  return [...ended, { kind: "refused" }];
};

const takeHandshake = (
  state: State,
  said: HandshakeRecord | undefined,
  nowMs: number,
): readonly InitiatorEvent[] => {
  if (said === undefined) return [];
  if (said.kind === "refused") return takeRefusal(state, said.counter);
  const { handshake } = state;
  const isOurs = said.counter === state.counter && said.pattern === handshake?.pattern;
  if (handshake === undefined || !isOurs) return [];
  const payload = handshake.noise.read(said.message);
  state.handshake = undefined;
  if (payload === undefined || payload.length > 0) {
    handshake.noise.wipe();
    return [{ kind: "refused" }];
  }
  const transport = createTransport(handshake.noise.finish(), nowMs);
  state.pending = { pattern: handshake.pattern, startedMs: handshake.startedMs, transport };
  return [{ kind: "send", isHandshake: false, record: transport.seal(NONE) }];
};

const takeTransport = (state: State, record: Uint8Array): readonly InitiatorEvent[] => {
  const { pending, live } = state;
  if (pending !== undefined && isConfirmation(record)) {
    if (pending.transport.open(record) === undefined) {
      endBegun(state);
      return [...endLive(state), { kind: "refused" }];
    }
    live?.transport.end();
    state.live = pending;
    state.pending = undefined;
    const { pattern, transport } = pending;
    return [{ kind: "began", pattern, handshakeHash: transport.hash }];
  }
  if (live === undefined) return []; // late words of a session that is over
  const plaintext = live.transport.open(record);
  if (plaintext === undefined) return endLive(state);
  return plaintext.length === 0 ? [] : [{ kind: "plaintext", plaintext }];
};

const dueMs = ({ handshake, pending }: State): number | undefined => {
  const begun = handshake ?? pending;
  return begun === undefined ? undefined : begun.startedMs + LIMITS.handshakeMs;
};

/**
 * A channel without a session. `counter` is the last one that was used on it: `mayfly link` hands
 * a channel from one program to the next.
 */
export const createInitiator = (
  suite: NoiseSuite,
  binding: ChannelBinding,
  counter = 0,
): Initiator => {
  const state: State = {
    suite,
    binding,
    counter,
    handshake: undefined,
    pending: undefined,
    live: undefined,
  };
  return {
    begin: (opening, ephemeral, nowMs) => begin(state, opening, ephemeral, nowMs),
    take: (record, isHandshake, nowMs) =>
      isHandshake
        ? takeHandshake(state, readHandshake(record), nowMs)
        : takeTransport(state, record),
    tick: (nowMs) => {
      const atMs = dueMs(state);
      if (atMs === undefined || nowMs < atMs) return [];
      endBegun(state);
      return [{ kind: "refused" }];
    },
    deadlineMs: () => dueMs(state),
    seal: (plaintext, nowMs) => {
      // Between our confirmation and the device's, records under the old keys would not open.
      const { live, pending } = state;
      if (pending !== undefined || live === undefined || isWorn(live.transport, nowMs)) {
        return undefined;
      }
      return live.transport.seal(plaintext);
    },
    pattern: () => (state.pending === undefined ? state.live?.pattern : undefined),
    counter: () => state.counter,
    end: () => {
      endBegun(state);
      endLive(state);
    },
  };
};
