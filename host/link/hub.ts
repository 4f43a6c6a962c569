/**
 * The hub of a shared cable: one link to the device, at most eight clients, a channel for each.
 * It forwards records and reads nothing of them but the counters of handshakes, so that the next
 * client of a channel goes on counting. A link that is down is dialled again for ever.
 */
import type { Socket } from "node:net";
import type { Outcome } from "../../protocol/errors.ts";
import { LIMITS } from "../../protocol/limits.ts";
import type { SocketOpen, SocketRecord } from "../../protocol/session/socket-message.ts";
import { type HostClock, wait } from "../driver/clock.ts";
import type { LineLink } from "../driver/line-link.ts";
import type { ConnectError } from "../driver/wire.ts";
import { type Counters, createCounters } from "./counters.ts";
import { createMember, type Member, turnAway } from "./member.ts";

/** What a hub needs of its surroundings. */
export interface HubOptions {
  readonly clock: HostClock;
  /** Brings the link up anew; called again for every reconnection. Never throws. */
  readonly dial: (signal: AbortSignal) => Promise<Outcome<LineLink, ConnectError>>;
  /** The link went down, or is up again. Never called after `close`. */
  readonly onChange?: (isUp: boolean) => void;
}

/** A shared cable. */
export interface Hub {
  /** Takes a client, or turns it away where every channel is taken. */
  readonly admit: (socket: Socket) => void;
  /** Every client hears `down`. Resolves when the line is free. */
  readonly close: () => Promise<void>;
}

const RETRY_MS = 100;
/** The longest pause between two links, and how long one must last to need none. */
const [LONGEST_RETRY_MS, STEADY_MS] = [5000, 10_000];
const CHANNELS: readonly number[] = Array.from({ length: LIMITS.channels }, (_, i) => i);
/** How long a client may hold a channel without a session where another wants it. */
const IDLE_MS = 30_000;

/** A client on its channel. */
interface Seat {
  readonly member: Member;
  readonly sinceMs: number;
  /** Whether the device has ever spoken to it in a session. */
  hasSession: boolean;
}

interface State {
  readonly options: HubOptions;
  readonly closing: AbortController;
  /** By channel, in the order in which their turn comes. */
  readonly seats: Map<number, Seat>;
  link: LineLink | undefined;
  counters: Counters;
  /** A channel's next client comes as late as can be: the device may hold a grudge for a while. */
  nextChannel: number;
  returning: Promise<void>;
  /** When the link came up, and how many went soon, one after the other. */
  servedMs: number;
  failures: number;
}

const openOf = (state: State, { binding }: LineLink, channel: number): SocketOpen => ({
  kind: "open",
  hostHello: binding.hellos.host,
  deviceHello: binding.hellos.device,
  epoch: binding.epoch,
  channel,
  counter: state.counters.last(channel),
});

/** Whether a record may pass: a handshake must count on from the last. */
const mayPass = ({ counters, options }: State, channel: number, record: SocketRecord): boolean =>
  !record.isHandshake || counters.take(channel, record.bytes, options.clock.nowMs());

/** The first in turn that has a record goes to the end of the line: none starves another. */
const nextRecord = (state: State): (SocketRecord & { readonly channel: number }) | undefined => {
  for (const [channel, seat] of state.seats) {
    const record = seat.member.next();
    if (record === undefined) continue;
    if (!mayPass(state, channel, record)) {
      seat.member.drop();
      continue;
    }
    state.seats.delete(channel);
    state.seats.set(channel, seat);
    return { ...record, channel };
  }
  return undefined;
};

/**
 * A channel that has used up its counters rests until the link is renewed: at once where no channel
 * is left, otherwise when no client is.
 */
const retire = (state: State, channel: number): void => {
  state.seats.get(channel)?.member.drop();
  if (CHANNELS.every(state.counters.isWorn)) renewNow(state);
};

const renewNow = (state: State): void => {
  if (state.link !== undefined) void renew(state, state.link);
};

/** Forwards what the clients say while the link has room. */
const pump = (state: State): void => {
  const { link } = state;
  while (link !== undefined && state.link === link && link.room() > 0) {
    const record = nextRecord(state);
    if (record === undefined) return;
    const { channel, isHandshake, bytes } = record;
    link.send({ channel, isHandshake, record: bytes });
    if (isHandshake && state.counters.isWorn(channel)) retire(state, channel);
  }
};

/** Nobody may speak before the link is open to them. */
const hearEarly = ({ seats }: State, channel: number): void => {
  const member = seats.get(channel)?.member;
  if (member?.next() !== undefined) member.drop();
};

const tell = ({ closing, options }: State, isUp: boolean): void => {
  if (!closing.signal.aborted) options.onChange?.(isUp);
};

const dismissAll = ({ seats }: State): void => {
  for (const { member } of seats.values()) member.dismiss();
};

const serve = (state: State, link: LineLink): void => {
  state.link = link;
  state.servedMs = state.options.clock.nowMs();
  state.counters = createCounters(state.options.clock.nowMs());
  link.onRecord(({ channel, isHandshake, record }) => {
    const seat = state.seats.get(channel);
    if (seat === undefined) return;
    if (!isHandshake) seat.hasSession = true;
    seat.member.send({ kind: "record", isHandshake, bytes: record });
  });
  link.onRoom(() => pump(state));
  link.onDown(() => void renew(state, link));
  for (const [channel, { member }] of state.seats) member.send(openOf(state, link, channel));
};

/** Ends the link, and its clients' connections with it, and looks for the device again. */
const renew = async (state: State, link: LineLink): Promise<void> => {
  if (state.link !== link) return;
  state.link = undefined;
  dismissAll(state);
  tell(state, false);
  state.returning = comeBack(state, link);
  await state.returning;
};

/** The pause before the next link: longer for each, one after the other, that did not last. */
const pauseOf = (state: State): number => {
  const nowMs = state.options.clock.nowMs();
  const hasLasted = nowMs - state.servedMs >= STEADY_MS;
  state.failures = hasLasted ? 0 : state.failures + 1;
  return hasLasted ? 0 : Math.min(LONGEST_RETRY_MS, RETRY_MS * 2 ** (state.failures - 1));
};

const comeBack = async (state: State, former: LineLink): Promise<void> => {
  const { clock, dial } = state.options;
  const { signal } = state.closing;
  await former.close(); // an open descriptor would keep the device's name busy
  await wait(clock, pauseOf(state), signal);
  while (!signal.aborted) {
    const fresh = await dial(signal);
    if (fresh.ok && signal.aborted) await fresh.value.close();
    else if (fresh.ok) {
      serve(state, fresh.value);
      tell(state, true);
      return;
    } else await wait(clock, RETRY_MS, signal);
  }
};

const freeChannel = ({ counters, seats, nextChannel }: State): number | undefined =>
  CHANNELS.map((i) => (nextChannel + i) % LIMITS.channels).find(
    (channel) => !seats.has(channel) && !counters.isWorn(channel),
  );

/** The channel of who has had one for a while and has not begun a session. */
const idleChannel = ({ options, seats }: State): number | undefined => {
  const beforeMs = options.clock.nowMs() - IDLE_MS;
  const idle = [...seats].filter(
    ([, { hasSession, sinceMs }]) => !hasSession && sinceMs <= beforeMs,
  );
  const [oldest] = idle.toSorted(([, a], [, b]) => a.sinceMs - b.sinceMs);
  oldest?.[1].member.dismiss();
  return oldest?.[0];
};

/** A client is gone. */
const leave = (state: State, channel: number): void => {
  state.seats.delete(channel);
  if (state.seats.size === 0 && CHANNELS.some(state.counters.isWorn)) renewNow(state);
};

const admit = (state: State, socket: Socket): void => {
  if (state.closing.signal.aborted) {
    socket.on("error", () => undefined).destroy(); // a word would say that the link is full
    return;
  }
  const channel = freeChannel(state) ?? idleChannel(state);
  if (channel === undefined) {
    turnAway(socket);
    return;
  }
  state.nextChannel = (channel + 1) % LIMITS.channels;
  const member = createMember(socket, {
    readable: () => (state.link === undefined ? hearEarly(state, channel) : pump(state)),
    gone: () => leave(state, channel),
  });
  state.seats.set(channel, { member, sinceMs: state.options.clock.nowMs(), hasSession: false });
  if (state.link !== undefined) member.send(openOf(state, state.link, channel));
};

/** A hub on a link that is up. */
export const createHub = (first: LineLink, options: HubOptions): Hub => {
  const state: State = {
    options,
    closing: new AbortController(),
    seats: new Map(),
    link: undefined,
    counters: createCounters(options.clock.nowMs()),
    nextChannel: 0,
    returning: Promise.resolve(),
    servedMs: options.clock.nowMs(),
    failures: 0,
  };
  serve(state, first);
  return {
    admit: (socket) => admit(state, socket),
    close: async () => {
      const { link } = state;
      state.closing.abort();
      // Who still waits for the link would take the last word for a full one.
      if (link === undefined) for (const { member } of state.seats.values()) member.drop();
      else dismissAll(state);
      state.link = undefined;
      await link?.close();
      await state.returning;
    },
  };
};
