/**
 * The device's end of one channel: handshakes are answered or refused, records are opened. A new
 * session counts from the host's first good transport record on; until then the channel's former
 * one goes on. A pure state machine: records and the time go in, records and events come out.
 */
import { decodeAs } from "../cbor/cbor.ts";
import { LIMITS } from "../limits.ts";
import { type BackOff, createBackOff } from "./back-off.ts";
import { type ChannelBinding, counterOf, type HandshakeRecord } from "./binding.ts";
import { handshakeRecord, prologueOf, readHandshake, refusalRecord } from "./binding.ts";
import { createHandshake, type Handshake } from "./noise/handshake.ts";
import { PATTERNS } from "./noise/patterns.ts";
import { type KeyAgreement, NOISE_BYTES, type NoiseSuite } from "./noise/suite.ts";
import { SESSION_CLAIM, type SessionClaim } from "./pairing.ts";
import type { Caller } from "./role.ts";
import { createTransport, isConfirmation, isWorn, type Transport } from "./transport.ts";

/** What a device's channels need of it. All keys are asked for anew by each handshake. */
export interface ResponderConfig {
  readonly suite: NoiseSuite;
  /** A fresh key pair; `undefined` where the generator fails. */
  readonly ephemeral: () => KeyAgreement | undefined;
  /** The link key, while the device holds keys. */
  readonly linkKey: () => KeyAgreement | undefined;
  /** 32 bytes, while a pairing code is shown. */
  readonly pairingKey: () => Uint8Array | undefined;
  /** Message 1 opened under the pairing key, and the session that may come has this hash. */
  readonly onPairingOpened: (handshakeHash: Uint8Array) => void;
  /** A message 1 of the right length did not open under the pairing key. */
  readonly onPairingFailed: () => void;
  /** Whether the host's key may have the role that it claims. */
  readonly accepts: (hostKey: Uint8Array, claim: SessionClaim) => boolean;
}

/** What came of a step. */
export type ResponderEvent =
  | { readonly kind: "send"; readonly isHandshake: boolean; readonly record: Uint8Array }
  /** A host has begun to prove itself: its link may displace others once it has. */
  | { readonly kind: "claimed" }
  /** A session counts from here on; the channel's former one is over. */
  | { readonly kind: "began"; readonly caller: Caller; readonly handshakeHash: Uint8Array }
  | { readonly kind: "plaintext"; readonly plaintext: Uint8Array }
  | { readonly kind: "ended"; readonly reason: "unreadable" | "worn" };

/** The device's end of a channel. */
export interface Responder {
  readonly take: (
    record: Uint8Array,
    isHandshake: boolean,
    nowMs: number,
  ) => readonly ResponderEvent[];
  /** Ends a session that has had its time or its records. */
  readonly wear: (nowMs: number) => readonly ResponderEvent[];
  /** Seals a message under the session that counts; `undefined` where there is none. */
  readonly seal: (plaintext: Uint8Array, nowMs: number) => Uint8Array | undefined;
  /** Zeroes every key. */
  readonly end: () => void;
}

/** A session that counts, or will once it is confirmed. */
interface Held {
  readonly transport: Transport;
  readonly caller: Caller;
}

interface State {
  readonly config: ResponderConfig;
  readonly binding: ChannelBinding;
  counter: number;
  live: Held | undefined;
  pending: Held | undefined;
  /** After records that did not open. */
  readonly waiting: BackOff;
  /** After handshakes that did not open under the pairing key: no other has to wait for them. */
  readonly pairing: BackOff;
}

type Message = Extract<HandshakeRecord, { kind: "message" }>;

/** Who is at the other end, once message 1 has opened; `undefined` where that is refused. */
const callerOf = (
  { config }: State,
  pattern: Message["pattern"],
  handshake: Handshake,
  payload: Uint8Array,
): Caller | undefined => {
  if (pattern !== "IK") {
    if (payload.length > 0) return undefined;
    return { kind: pattern === "NN" ? "anyone" : "pairing" };
  }
  const key = handshake.remoteStatic();
  const claim = decodeAs(SESSION_CLAIM, payload);
  if (key === undefined || claim === undefined || !config.accepts(key, claim)) return undefined;
  return { kind: "host", key, role: claim.role };
};

const openHandshake = (state: State, { pattern, counter }: Message): Handshake | undefined => {
  const { config, binding } = state;
  const ephemeral = config.ephemeral();
  const psk = pattern === "NNpsk0" ? config.pairingKey() : undefined;
  const linkKey = pattern === "IK" ? config.linkKey() : undefined;
  if (ephemeral === undefined) return undefined;
  if (pattern === "NNpsk0" && psk === undefined) return undefined;
  if (pattern === "IK" && linkKey === undefined) return undefined;
  return createHandshake({
    pattern: PATTERNS[pattern],
    initiator: false,
    rekeyEvery: LIMITS.rekeyRecords,
    prologue: prologueOf(binding, counter),
    suite: config.suite,
    ephemeral: () => ephemeral,
    ...(linkKey === undefined ? {} : { localStatic: linkKey }),
    psks: psk === undefined ? [] : [psk],
  });
};

const NONE = new Uint8Array(0);

const dropPending = (state: State): void => {
  state.pending?.transport.end();
  state.pending = undefined;
};

/** Message 1 of `NNpsk0`: an ephemeral key, and the tag of an empty payload. */
const PAIRING_MESSAGE = NOISE_BYTES.key + NOISE_BYTES.tag;

/** What has another length is nobody's slip of the pen: it costs its channel time, no more. */
const failPairing = ({ config, pairing }: State, { message }: Message, nowMs: number): void => {
  pairing.failed(nowMs);
  if (message.length === PAIRING_MESSAGE) config.onPairingFailed();
};

/** Answers message 1; `undefined` where it is refused. */
const answer = (state: State, said: Message, nowMs: number): Uint8Array | undefined => {
  const handshake = openHandshake(state, said);
  if (handshake === undefined) return undefined;
  const payload = handshake.read(said.message);
  if (payload === undefined && said.pattern === "NNpsk0") failPairing(state, said, nowMs);
  const caller =
    payload === undefined ? undefined : callerOf(state, said.pattern, handshake, payload);
  const reply = caller === undefined ? undefined : handshake.write(NONE);
  if (caller === undefined || reply === undefined) {
    handshake.wipe();
    return undefined;
  }
  dropPending(state);
  const transport = createTransport(handshake.finish(), nowMs);
  state.pending = { caller, transport };
  if (caller.kind === "pairing") state.config.onPairingOpened(transport.hash);
  return handshakeRecord(said.pattern, said.counter, reply);
};

/** Counters rise, and in steps: one leap would use up the numbers of all who come after it. */
const isNext = (counter: number, last: number): boolean =>
  counter > last && counter - last <= LIMITS.counterStep;

/** What comes too early is refused unread. */
const isHeard = ({ waiting, pairing }: State, { pattern }: Message, nowMs: number): boolean =>
  waiting.isOver(nowMs) && (pattern !== "NNpsk0" || pairing.isOver(nowMs));

const takeHandshake = (
  state: State,
  record: Uint8Array,
  nowMs: number,
): readonly ResponderEvent[] => {
  const said = readHandshake(record);
  const isFresh = said?.kind === "message" && isNext(said.counter, state.counter);
  const reply = isFresh && isHeard(state, said, nowMs) ? answer(state, said, nowMs) : undefined;
  if (reply === undefined) {
    return [{ kind: "send", isHandshake: true, record: refusalRecord(counterOf(record)) }];
  }
  // Only what opened counts: forged bytes must not use up the numbers of who comes after them.
  state.counter = counterOf(record);
  const answered = { kind: "send", isHandshake: true, record: reply } as const;
  return state.pending?.caller.kind === "host" ? [{ kind: "claimed" }, answered] : [answered];
};

const NO_SESSION: ResponderEvent = { kind: "send", isHandshake: true, record: refusalRecord(0) };

/** Nothing that stands here opens the record: the keys go, and handshakes wait. */
const refuse = (state: State, nowMs: number): readonly ResponderEvent[] => {
  const had = state.live !== undefined;
  state.live?.transport.end();
  state.live = undefined;
  if (had || state.pending !== undefined) state.waiting.failed(nowMs);
  dropPending(state);
  return had ? [{ kind: "ended", reason: "unreadable" }, NO_SESSION] : [NO_SESSION];
};

/** The host's first good record under new keys: from here on they count. */
const confirm = (state: State, fresh: Held): readonly ResponderEvent[] => {
  state.live?.transport.end();
  state.live = fresh;
  state.pending = undefined;
  const { caller, transport } = fresh;
  state.waiting.succeeded();
  if (caller.kind === "pairing") state.pairing.succeeded();
  const reply = transport.seal(NONE);
  return [
    { kind: "began", caller, handshakeHash: transport.hash },
    { kind: "send", isHandshake: false, record: reply },
  ];
};

/** A session that is worn goes, and its host is told, so that neither waits in vain. */
const wear = (state: State, nowMs: number): readonly ResponderEvent[] => {
  const { live } = state;
  if (live === undefined || !isWorn(live.transport, nowMs)) return [];
  live.transport.end();
  state.live = undefined;
  return [{ kind: "ended", reason: "worn" }, NO_SESSION];
};

/** The record of a message, or a stray confirmation, under the session that counts. */
const takeMessage = (
  state: State,
  record: Uint8Array,
  nowMs: number,
): readonly ResponderEvent[] => {
  const worn = wear(state, nowMs);
  if (worn.length > 0) return worn;
  const { live } = state;
  if (live === undefined) return refuse(state, nowMs);
  const plaintext = live.transport.open(record);
  if (plaintext === undefined) return refuse(state, nowMs);
  return plaintext.length === 0 ? [] : [{ kind: "plaintext", plaintext }];
};

const takeTransport = (
  state: State,
  record: Uint8Array,
  nowMs: number,
): readonly ResponderEvent[] => {
  const { pending } = state;
  if (pending === undefined || !isConfirmation(record)) return takeMessage(state, record, nowMs);
  if (nowMs - pending.transport.startedMs > LIMITS.handshakeMs) {
    dropPending(state);
    return takeMessage(state, record, nowMs);
  }
  return pending.transport.open(record) === undefined
    ? refuse(state, nowMs)
    : confirm(state, pending);
};

/** A channel without a session. */
export const createResponder = (config: ResponderConfig, binding: ChannelBinding): Responder => {
  const state: State = {
    config,
    binding,
    counter: 0,
    live: undefined,
    pending: undefined,
    waiting: createBackOff(),
    pairing: createBackOff(),
  };
  return {
    take: (record, isHandshake, nowMs) =>
      isHandshake ? takeHandshake(state, record, nowMs) : takeTransport(state, record, nowMs),
    wear: (nowMs) => wear(state, nowMs),
    seal: (plaintext, nowMs) =>
      state.live === undefined || isWorn(state.live.transport, nowMs)
        ? undefined
        : state.live.transport.seal(plaintext),
    end: () => {
      dropPending(state);
      state.live?.transport.end();
      state.live = undefined;
    },
  };
};
