/**
 * The host's sessions on one wire, one after the other: handshakes, sealed messages out as the
 * wire has room, opened messages in. Who may call what is not its business.
 */
import { randomBytes } from "node:crypto";
import { encodeMessage, decodeMessage, type Message } from "../../protocol/call/envelope.ts";
import { fail, type Outcome, ok } from "../../protocol/errors.ts";
import {
  createInitiator,
  type InitiatorEvent,
  type Opening,
} from "../../protocol/session/initiator.ts";
import type { HostClock } from "./clock.ts";
import { noiseSuite } from "./noise-suite.ts";
import type { Wire } from "./wire.ts";

/** What a channel hands up. */
export interface ChannelListener {
  readonly message: (message: Message) => void;
  /** The session is over and no other has taken its place. */
  readonly ended: () => void;
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

/** Where ephemeral keys come from: 32 bytes each; the system's generator unless told. */
export type Ephemerals = () => Uint8Array;

/** Handshakes of one channel are counted in 16 bits: the link is given up before they run out. */
const LAST_COUNTER = 0xfff0;

/** Sessions on a wire, none yet. */
export const createChannel = (
  wire: Wire,
  clock: HostClock,
  listener: ChannelListener,
  ephemeral: Ephemerals = () => Uint8Array.from(randomBytes(32)),
): Channel => {
  const initiator = createInitiator(noiseSuite, wire.binding, wire.lastCounter);
  let queue: Iterator<Message>[] = [];
  let waiting: ((outcome: Outcome<Began, "session_refused">) => void) | undefined;
  let stopTimer: () => void = () => undefined;

  const settle = (outcome: Outcome<Began, "session_refused">): void => {
    const told = waiting;
    waiting = undefined;
    told?.(outcome);
  };
  const act = (event: InitiatorEvent): void => {
    switch (event.kind) {
      case "send":
        wire.send(event.record, event.isHandshake);
        return;
      case "began":
        queue = [];
        settle(ok({ handshakeHash: event.handshakeHash }));
        return;
      case "plaintext": {
        const message = decodeMessage(event.plaintext);
        if (message.ok) listener.message(message.value);
        return;
      }
      case "refused":
        settle(fail("session_refused"));
        return;
      case "ended":
        queue = [];
        if (waiting === undefined) listener.ended();
    }
  };
  const take = (events: readonly InitiatorEvent[]): void => {
    for (const event of events) act(event);
    schedule();
  };
  const schedule = (): void => {
    stopTimer();
    const deadlineMs = initiator.deadlineMs();
    if (deadlineMs === undefined) return;
    const delayMs = Math.max(0, deadlineMs - clock.nowMs());
    stopTimer = clock.after(delayMs, () => take(initiator.tick(clock.nowMs())));
  };
  /** The next message of the first in turn, which then goes to the end: none starves another. */
  const nextMessage = (): Message | undefined => {
    for (let first = queue.shift(); first !== undefined; first = queue.shift()) {
      const next = first.next();
      if (next.done === true) continue;
      queue.push(first);
      return next.value;
    }
    return undefined;
  };
  const pump = (): void => {
    while (queue.length > 0 && wire.room() > 0 && initiator.pattern() !== undefined) {
      const message = nextMessage();
      if (message === undefined) return;
      const record = initiator.seal(encodeMessage(message), clock.nowMs());
      if (record === undefined) {
        queue = [];
        listener.ended(); // its keys are worn
        return;
      }
      wire.send(record, false);
    }
  };
  wire.onRecord((record, isHandshake) => take(initiator.take(record, isHandshake, clock.nowMs())));
  wire.onRoom(pump);
  return {
    begin: (opening) => {
      settle(fail("session_refused"));
      if (initiator.counter() >= LAST_COUNTER) {
        void wire.close();
        return Promise.resolve(fail("session_refused"));
      }
      const { promise, resolve } = Promise.withResolvers<Outcome<Began, "session_refused">>();
      waiting = resolve;
      take([initiator.begin(opening, noiseSuite.keyPair(ephemeral()), clock.nowMs())]);
      return promise;
    },
    send: (messages) => {
      queue.push(messages[Symbol.iterator]());
      pump();
    },
    isOpen: () => initiator.pattern() !== undefined,
    isSent: () => queue.length === 0,
    end: () => {
      stopTimer();
      queue = [];
      initiator.end();
      settle(fail("session_refused"));
    },
  };
};
