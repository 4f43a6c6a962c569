/**
 * The sessions of one boot: a responder for each channel of each link, the way from an opened
 * record to the calls, and the way of their messages back as the line takes them.
 */
import { encodeMessage, type Message } from "../protocol/call/envelope.ts";
import { createTurns, type Turns } from "../protocol/call/turns.ts";
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
  readonly link: Pick<Link, "send" | "room" | "promote" | "claim" | "strengthen">;
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
  /** What the session still has to say. */
  readonly turns: Turns;
}

interface State {
  readonly config: SessionsConfig;
  readonly hellos: Map<number, ChannelBinding["hellos"]>;
  readonly places: Map<string, Place>;
  lastSession: number;
}

const placeOf = (state: State, epoch: number, channel: number): Place | undefined => {
  const name = `${epoch}/${channel}`;
  const hellos = state.hellos.get(epoch);
  const known = state.places.get(name);
  if (known !== undefined || hellos === undefined) return known;
  const responder = createResponder(state.config.responder, { hellos, epoch, channel });
  const place: Place = { epoch, channel, responder, origin: undefined, turns: createTurns() };
  state.places.set(name, place);
  return place;
};

const leave = ({ config }: State, place: Place): void => {
  if (place.origin !== undefined) config.calls.leave(place.origin.session);
  place.origin = undefined;
  place.turns.clear();
};

const closeEpoch = (state: State, epoch: number): void => {
  state.hellos.delete(epoch);
  for (const [name, place] of state.places) {
    if (place.epoch !== epoch) continue;
    leave(state, place);
    place.responder.end();
    state.places.delete(name);
  }
};

/** The way back of a session, for as long as it is the place's own. */
const sayIn = (state: State, place: Place, origin: Origin, messages: Iterable<Message>): void => {
  if (place.origin !== origin) return;
  if (place.turns.size() >= DEVICE_LIMITS.sessionQueue) {
    place.responder.end(); // it asks and does not read: its session is over
    leave(state, place);
    return;
  }
  place.turns.add(messages);
  state.config.onWaiting();
};

/** From here on the session counts, and its link is the live one. */
const begin = (
  state: State,
  place: Place,
  { caller, handshakeHash }: Extract<ResponderEvent, { kind: "began" }>,
  nowMs: number,
): void => {
  const { link } = state.config;
  leave(state, place);
  state.lastSession += 1;
  const origin: Origin = {
    session: state.lastSession,
    caller,
    handshakeHash,
    send: (messages) => sayIn(state, place, origin, messages),
  };
  place.origin = origin;
  if (caller.kind === "host") link.strengthen(place.epoch);
  takeAll(state, link.promote(place.epoch), nowMs);
};

const act = (state: State, place: Place, event: ResponderEvent, nowMs: number): void => {
  const { link, calls } = state.config;
  const { epoch, channel } = place;
  switch (event.kind) {
    case "send":
      link.send({ epoch, channel, isHandshake: event.isHandshake, bytes: event.record }, nowMs);
      return;
    case "claimed":
      link.claim(epoch);
      return;
    case "began":
      begin(state, place, event, nowMs);
      return;
    case "plaintext":
      if (place.origin !== undefined) calls.take(event.plaintext, place.origin);
      return;
    case "ended":
      leave(state, place);
  }
};

const takeOne = (state: State, event: LinkEvent, nowMs: number): void => {
  switch (event.kind) {
    case "opened":
      state.hellos.set(event.epoch, event.hellos);
      return;
    case "closed":
      closeEpoch(state, event.epoch);
      return;
    case "record": {
      const place = placeOf(state, event.epoch, event.channel);
      if (place === undefined) return;
      const came = place.responder.take(event.record, event.isHandshake, nowMs);
      for (const one of came) act(state, place, one, nowMs);
      return;
    }
    default:
      return; // what only a host's end is told
  }
};

const takeAll = (state: State, events: readonly LinkEvent[], nowMs: number): void => {
  for (const event of events) takeOne(state, event, nowMs);
};

/** One message of a session; false where it has none or none may be sent. */
const sendNext = (state: State, place: Place, nowMs: number): boolean => {
  const { link } = state.config;
  const { epoch, channel, responder, turns } = place;
  if (turns.size() === 0 || link.room(epoch) <= DEVICE_LIMITS.spareRecords) return false;
  for (const event of responder.wear(nowMs)) act(state, place, event, nowMs);
  const message = turns.next();
  const record = message === undefined ? undefined : responder.seal(encodeMessage(message), nowMs);
  if (record === undefined) return false;
  return link.send({ epoch, channel, isHandshake: false, bytes: record }, nowMs);
};

/** No link yet, so no session. */
export const createSessions = (config: SessionsConfig): Sessions => {
  const state: State = { config, hellos: new Map(), places: new Map(), lastSession: 0 };
  return {
    take: (events, nowMs) => takeAll(state, events, nowMs),
    pump: (nowMs) => {
      let hasMore = true;
      while (hasMore) {
        hasMore = false;
        for (const place of state.places.values()) {
          if (sendNext(state, place, nowMs)) hasMore = true;
        }
      }
    },
    isWaiting: () => [...state.places.values()].some(({ turns }) => turns.size() > 0),
  };
};
