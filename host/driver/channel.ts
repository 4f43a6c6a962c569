/**
 * The host's sessions on one wire, one after the other: handshakes, sealed messages out as the
 * wire has room, opened messages in. Who may call what is not its business.
 */
import { randomBytes } from "node:crypto";
import { encodeMessage, decodeMessage, type Message } from "../../protocol/call/envelope.ts";
import { createTurns, type Turns } from "../../protocol/call/turns.ts";
import { fail, type Outcome, ok } from "../../protocol/errors.ts";
import {
  createInitiator,
  type Initiator,
  type InitiatorEvent,
  type Opening,
} from "../../protocol/session/initiator.ts";
import type { HostClock } from "./clock.ts";
import { noiseSuite } from "./noise-suite.ts";
import type { Wire } from "./wire.ts";

/** What a channel hands up. */
export interface ChannelListener {
  readonly message: (message: Message) => void;
  /** A new session counts, of that handshake hash; what comes from here on is said in it. */
  readonly began: (handshakeHash: Uint8Array) => void;
  /** The session is over and no other has taken its place, though a handshake may be under way. */
  readonly ended: () => void;
  /** The channel has had its handshakes: only a new link has more. */
  readonly exhausted: () => void;
}

/** What a new session says of itself: the Noise handshake hash, 32 bytes. */
export interface Began {
  readonly handshakeHash: Uint8Array;
}

/** Sessions on a wire. */
export interface Channel {
  /** One at a time; what was queued for the former session is dropped with it. */
  readonly begin: (opening: Opening) => Promise<Outcome<Began, "session_refused">>;
  /** Queues messages, which are made only when there is room; dropped where no session is. */
  readonly send: (messages: Iterable<Message>) => void;
  readonly isOpen: () => boolean;
  /** Whether everything queued has been handed to the wire. */
  readonly isSent: () => boolean;
  /** Zeroes every key. */
  readonly end: () => void;
}

/** Where ephemeral keys come from: 32 bytes each, which are overwritten after use. */
export type Ephemerals = () => Uint8Array;

/** Handshakes of one channel are counted in 16 bits: the link is given up before they run out. */
const LAST_COUNTER = 0xfff0;

type Settle = (outcome: Outcome<Began, "session_refused">) => void;

interface State {
  readonly wire: Wire;
  readonly clock: HostClock;
  readonly listener: ChannelListener;
  readonly initiator: Initiator;
  readonly turns: Turns;
  /** Who waits for the handshake under way. */
  waiting: Settle | undefined;
  stopTimer: () => void;
}

const settle = (state: State, outcome: Parameters<Settle>[0]): void => {
  const told = state.waiting;
  state.waiting = undefined;
  told?.(outcome);
};

const act = (state: State, event: InitiatorEvent): void => {
  switch (event.kind) {
    case "send":
      state.wire.send(event.record, event.isHandshake);
      return;
    case "began":
      state.turns.clear();
      state.listener.began(event.handshakeHash); // before any record of the new session is read
      settle(state, ok({ handshakeHash: event.handshakeHash }));
      return;
    case "plaintext": {
      const message = decodeMessage(event.plaintext);
      if (message.ok) state.listener.message(message.value);
      return;
    }
    case "refused":
      settle(state, fail("session_refused"));
      return;
    case "ended":
      state.turns.clear();
      state.listener.ended();
  }
};

const take = (state: State, events: readonly InitiatorEvent[]): void => {
  for (const event of events) act(state, event);
  const { clock, initiator } = state;
  state.stopTimer();
  const deadlineMs = initiator.deadlineMs();
  if (deadlineMs === undefined) return;
  const delayMs = Math.max(0, deadlineMs - clock.nowMs());
  state.stopTimer = clock.after(delayMs, () => take(state, initiator.tick(clock.nowMs())));
};

/** Seals messages while the wire has room. */
const pump = ({ wire, clock, initiator, turns, listener }: State): void => {
  while (turns.size() > 0 && wire.room() > 0 && initiator.pattern() !== undefined) {
    const message = turns.next();
    if (message === undefined) return;
    const record = initiator.seal(encodeMessage(message), clock.nowMs());
    if (record === undefined) {
      turns.clear();
      listener.ended(); // its keys are worn
      return;
    }
    wire.send(record, false);
  }
};

const begin = (
  state: State,
  opening: Opening,
  ephemeral: Ephemerals,
): Promise<Outcome<Began, "session_refused">> => {
  const { initiator, clock, listener } = state;
  settle(state, fail("session_refused"));
  if (initiator.counter() >= LAST_COUNTER) {
    listener.exhausted();
    return Promise.resolve(fail("session_refused"));
  }
  const { promise, resolve } = Promise.withResolvers<Outcome<Began, "session_refused">>();
  state.waiting = resolve;
  const secret = ephemeral();
  const pair = noiseSuite.keyPair(secret);
  secret.fill(0);
  take(state, [initiator.begin(opening, pair, clock.nowMs())]);
  return promise;
};

/** Sessions on a wire, none yet. */
export const createChannel = (
  wire: Wire,
  clock: HostClock,
  listener: ChannelListener,
  ephemeral: Ephemerals = () => Uint8Array.from(randomBytes(32)),
): Channel => {
  const initiator = createInitiator(noiseSuite, wire.binding, wire.lastCounter);
  const state: State = {
    wire,
    clock,
    listener,
    initiator,
    turns: createTurns(),
    waiting: undefined,
    stopTimer: () => undefined,
  };
  wire.onRecord((record, isHandshake) =>
    take(state, initiator.take(record, isHandshake, clock.nowMs())),
  );
  wire.onRoom(() => pump(state));
  return {
    begin: (opening) => begin(state, opening, ephemeral),
    send: (messages) => {
      state.turns.add(messages);
      pump(state);
    },
    isOpen: () => initiator.pattern() !== undefined,
    isSent: () => state.turns.size() === 0,
    end: () => {
      state.stopTimer();
      state.turns.clear();
      initiator.end();
      settle(state, fail("session_refused"));
    },
  };
};
