/**
 * The hub of a shared cable: one link to the device, at most eight clients, a channel for each.
 * It forwards records and reads nothing of them but the counters of handshakes, so that the next
 * client of a channel goes on counting. A link that is down is dialled again for ever.
 */
import type { Socket } from "node:net";
import type { Outcome } from "../../protocol/errors.ts";
import { LIMITS } from "../../protocol/limits.ts";
import { readHandshake } from "../../protocol/session/binding.ts";
import type { SocketOpen, SocketRecord } from "../../protocol/session/socket-message.ts";
import { type HostClock, wait } from "../driver/clock.ts";
import type { LineLink } from "../driver/line-link.ts";
import type { ConnectError } from "../driver/wire.ts";
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
/** How far a handshake's counter may rise at once: a client that jumps would use the channel up. */
const COUNTER_STEP = 64;
/** A channel has 16 bits of handshakes; a link that has used up one of its channels is renewed. */
const LAST_COUNTER = 0xff00;

interface State {
  readonly options: HubOptions;
  readonly closing: AbortController;
  /** By channel, in the order in which their turn comes. */
  readonly members: Map<number, Member>;
  link: LineLink | undefined;
  counters: number[];
  /** A channel's next client comes as late as can be: the device may hold a grudge for a while. */
  nextChannel: number;
  returning: Promise<void>;
}

const openOf = (state: State, { binding }: LineLink, channel: number): SocketOpen => ({
  kind: "open",
  hostHello: binding.hellos.host,
  deviceHello: binding.hellos.device,
  epoch: binding.epoch,
  channel,
  counter: state.counters[channel] ?? 0,
});

/** Whether a record may pass: a handshake must begin one, and count on from the last. */
const countRecord = (
  { counters }: State,
  channel: number,
  { isHandshake, bytes }: SocketRecord,
): boolean => {
  if (!isHandshake) return true;
  const said = readHandshake(bytes);
  const last = counters[channel] ?? 0;
  const isNext =
    said?.kind === "message" && said.counter > last && said.counter <= last + COUNTER_STEP;
  if (isNext) counters[channel] = said.counter;
  return isNext;
};

/** The first in turn that has a record goes to the end of the line: none starves another. */
const nextRecord = (state: State): (SocketRecord & { readonly channel: number }) | undefined => {
  for (const [channel, member] of state.members) {
    const record = member.next();
    if (record === undefined) continue;
    if (!countRecord(state, channel, record)) {
      member.drop();
      continue;
    }
    state.members.delete(channel);
    state.members.set(channel, member);
    return { ...record, channel };
  }
  return undefined;
};

/** Forwards what the clients say while the link has room. */
const pump = (state: State): void => {
  const { link } = state;
  while (link !== undefined && state.link === link && link.room() > 0) {
    const record = nextRecord(state);
    if (record === undefined) return;
    const { channel, isHandshake, bytes } = record;
    link.send({ channel, isHandshake, record: bytes });
    if ((state.counters[channel] ?? 0) >= LAST_COUNTER) void renew(state, link);
  }
};

/** Nobody may speak before the link is open to them. */
const hearEarly = ({ members }: State, channel: number): void => {
  const member = members.get(channel);
  if (member?.next() !== undefined) member.drop();
};

const tell = ({ closing, options }: State, isUp: boolean): void => {
  if (!closing.signal.aborted) options.onChange?.(isUp);
};

const dismissAll = ({ members }: State): void => {
  for (const member of members.values()) member.dismiss();
};

const serve = (state: State, link: LineLink): void => {
  state.link = link;
  state.counters = Array.from({ length: LIMITS.channels }, () => 0);
  link.onRecord(({ channel, isHandshake, record }) =>
    state.members.get(channel)?.send({ kind: "record", isHandshake, bytes: record }),
  );
  link.onRoom(() => pump(state));
  link.onDown(() => void renew(state, link));
  for (const [channel, member] of state.members) member.send(openOf(state, link, channel));
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

const comeBack = async (state: State, former: LineLink): Promise<void> => {
  const { clock, dial } = state.options;
  const { signal } = state.closing;
  await former.close(); // an open descriptor would keep the device's name busy
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

const freeChannel = ({ members, nextChannel }: State): number | undefined => {
  for (let i = 0; i < LIMITS.channels; i += 1) {
    const channel = (nextChannel + i) % LIMITS.channels;
    if (!members.has(channel)) return channel;
  }
  return undefined;
};

const admit = (state: State, socket: Socket): void => {
  const channel = freeChannel(state);
  if (channel === undefined || state.closing.signal.aborted) {
    turnAway(socket);
    return;
  }
  state.nextChannel = (channel + 1) % LIMITS.channels;
  const member = createMember(socket, {
    readable: () => (state.link === undefined ? hearEarly(state, channel) : pump(state)),
    gone: () => state.members.delete(channel),
  });
  state.members.set(channel, member);
  if (state.link !== undefined) member.send(openOf(state, state.link, channel));
};

/** A hub on a link that is up. */
export const createHub = (first: LineLink, options: HubOptions): Hub => {
  const state: State = {
    options,
    closing: new AbortController(),
    members: new Map(),
    link: undefined,
    counters: [],
    nextChannel: 0,
    returning: Promise.resolve(),
  };
  serve(state, first);
  return {
    admit: (socket) => admit(state, socket),
    close: async () => {
      state.closing.abort();
      dismissAll(state);
      const { link } = state;
      state.link = undefined;
      await link?.close();
      await state.returning;
    },
  };
};
