/**
 * The sessions of one boot: a responder for each channel of each link, the way from an opened
 * record to the calls, and the way of their messages back as the line takes them.
 */
import { encodeMessage, type Message } from "../protocol/call/envelope.ts";
import type { Link, LinkEvent } from "../protocol/link/link.ts";
import type { ChannelBinding } from "../protocol/session/binding.ts";
import {
  createResponder,
  type Responder,
  type ResponderConfig,
  type ResponderEvent,
} from "../protocol/session/responder.ts";
import type { Calls, Origin } from "./calls/calls.ts";
import { DEVICE_LIMITS } from "./limits.ts";

/** What the sessions stand between. */
export interface SessionsConfig {
  readonly link: Pick<Link, "send" | "room" | "promote" | "strengthen">;
  readonly calls: Pick<Calls, "take" | "leave">;
  readonly responder: ResponderConfig;
  /** A message waits to be sent. */
  readonly onWaiting: () => void;
}

/** The sessions of one boot. */
export interface Sessions {
  readonly take: (events: readonly LinkEvent[], nowMs: number) => void;
  /** Seals waiting messages, session by session in turn, while their link has room. */
  readonly pump: (nowMs: number) => void;
  /** Whether a session has messages that the line has not taken yet. */
  readonly isWaiting: () => boolean;
}

/** One channel of one link. */
interface Place {
  readonly epoch: number;
  readonly channel: number;
  readonly responder: Responder;
  origin: Origin | undefined;
  /** What the session still has to say; made as it is pulled. */
  queue: Iterator<Message>[];
}

/** The next message of the first in turn, which then goes to the end: none starves another. */
const nextMessage = (queue: Iterator<Message>[]): Message | undefined => {
  for (let first = queue.shift(); first !== undefined; first = queue.shift()) {
    const next = first.next();
    if (next.done === true) continue;
    queue.push(first);
    return next.value;
  }
  return undefined;
};

/** No link yet, so no session. */
export const createSessions = ({ link, calls, responder, onWaiting }: SessionsConfig): Sessions => {
  const hellos = new Map<number, ChannelBinding["hellos"]>();
  const places = new Map<string, Place>();
  let lastSession = 0;

  const placeOf = (epoch: number, channel: number): Place | undefined => {
    const name = `${epoch}/${channel}`;
    const both = hellos.get(epoch);
    const known = places.get(name);
    if (known !== undefined || both === undefined) return known;
    const binding = { hellos: both, epoch, channel };
    const place: Place = {
      epoch,
      channel,
      responder: createResponder(responder, binding),
      origin: undefined,
      queue: [],
    };
    places.set(name, place);
    return place;
  };
  const leave = (place: Place): void => {
    if (place.origin !== undefined) calls.leave(place.origin.session);
    place.origin = undefined;
    place.queue = [];
  };
  const closeEpoch = (epoch: number): void => {
    hellos.delete(epoch);
    for (const [name, place] of places) {
      if (place.epoch !== epoch) continue;
      leave(place);
      place.responder.end();
      places.delete(name);
    }
  };
  /** From here on the session counts, and its link is the live one. */
  const begin = (
    place: Place,
    { caller, handshakeHash }: Extract<ResponderEvent, { kind: "began" }>,
    nowMs: number,
  ): void => {
    leave(place);
    lastSession += 1;
    const origin: Origin = {
      session: lastSession,
      caller,
      handshakeHash,
      send: (messages) => {
        if (place.origin !== origin) return;
        if (place.queue.length >= DEVICE_LIMITS.sessionQueue) {
          place.responder.end(); // it asks and does not read: its session is over
          leave(place);
          return;
        }
        place.queue.push(messages[Symbol.iterator]());
        onWaiting();
      },
    };
    place.origin = origin;
    if (caller.kind === "host") link.strengthen(place.epoch);
    take(link.promote(place.epoch), nowMs);
  };
  const act = (place: Place, event: ResponderEvent, nowMs: number): void => {
    const { epoch, channel } = place;
    switch (event.kind) {
      case "send":
        link.send({ epoch, channel, isHandshake: event.isHandshake, bytes: event.record }, nowMs);
        return;
      case "claimed":
        link.strengthen(epoch);
        return;
      case "began":
        begin(place, event, nowMs);
        return;
      case "plaintext":
        if (place.origin !== undefined) calls.take(event.plaintext, place.origin);
        return;
      case "ended":
        leave(place);
    }
  };
  const takeEvent = (event: LinkEvent, nowMs: number): void => {
    switch (event.kind) {
      case "opened":
        hellos.set(event.epoch, event.hellos);
        return;
      case "closed":
        closeEpoch(event.epoch);
        return;
      case "record": {
        const place = placeOf(event.epoch, event.channel);
        const events = place?.responder.take(event.record, event.isHandshake, nowMs) ?? [];
        for (const one of events) if (place !== undefined) act(place, one, nowMs);
        return;
      }
      default:
        return; // what only a host's end is told
    }
  };
  const take: Sessions["take"] = (events, nowMs) => {
    for (const event of events) takeEvent(event, nowMs);
  };
  /** One message of a session; false where it has none or none can be sealed. */
  const sendNext = ({ epoch, channel, responder: own, queue }: Place, nowMs: number): boolean => {
    if (link.room(epoch) <= DEVICE_LIMITS.spareRecords) return false;
    const message = nextMessage(queue);
    const record = message === undefined ? undefined : own.seal(encodeMessage(message), nowMs);
    if (record === undefined) return false;
    return link.send({ epoch, channel, isHandshake: false, bytes: record }, nowMs);
  };
  return {
    take,
    pump: (nowMs) => {
      let hasMore = true;
      while (hasMore) {
        hasMore = false;
        for (const place of places.values()) if (sendNext(place, nowMs)) hasMore = true;
      }
    },
    isWaiting: () => [...places.values()].some(({ queue }) => queue.length > 0),
  };
};
