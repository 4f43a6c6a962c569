/**
 * Keeps the session that the waiting calls need on one wire: anyone's commands go over any session,
 * a role's over `IK` in that role, a pairing's over `NNpsk0`. One session at a time: a new call
 * may displace it, and what it displaced is asked again afterwards, under its key.
 */
import { readWire } from "../../protocol/cbor/schema.ts";
import { REGISTRY } from "../../protocol/commands/registry.ts";
import { fail, type Outcome, ok } from "../../protocol/errors.ts";
import type { Call, WireOutcome } from "./call.ts";
import { type Channel, createChannel, type Ephemerals } from "./channel.ts";
import { type HostClock, wait } from "./clock.ts";
import { fateOf, type Guise, isAllowed, isOfAnotherBoot, mayTryAgain, neediest } from "./guise.ts";
import type { DeviceStatus, Identity } from "./identity.ts";
import { ANYONE, createPreparation, type Prepared } from "./preparation.ts";
import type { Wire } from "./wire.ts";

/** What the steward serves. */
export interface Household {
  readonly clock: HostClock;
  readonly identity: Identity | undefined;
  readonly ephemeral?: Ephemerals;
  /** Calls that wait, oldest first. */
  readonly waiting: () => readonly Call[];
  readonly find: (id: number) => Call | undefined;
  /**
   * Asks the device itself, as a call of anyone; it is among the waiting until it is settled, at
   * the latest by the signal.
   */
  readonly askStatus: (signal: AbortSignal) => Promise<WireOutcome>;
  /** A session counts: a device is there that has its keys. */
  readonly began: () => void;
  /** The wire has had its handshakes, or none comes to anything: another is needed. */
  readonly renew: () => void;
}

/** The keeper of a wire's sessions. */
export interface Steward {
  /** A call was added, or settled. */
  readonly look: () => void;
  /** Tells the device that a call is no longer wanted. */
  readonly cancel: (id: number) => void;
  /** Whether all that was queued has left. */
  readonly isSent: () => boolean;
  readonly end: () => void;
}

/** How long after a refusal, or a session's end, the next handshake begins (SPEC, section 3). */
const RETRY_MS = 500;

/** Refusals of anyone's session, one after the other, after which another link is tried: 10 s. */
const MOST_REFUSED = 20;

/** How often the device is asked who it is before a call fails for it, and how long each time. */
const STATUS_TRIES = 3;
const STATUS_MS = 10_000;

interface State {
  readonly household: Household;
  /** The boot id that the device's HELLO says. */
  readonly boot: string;
  readonly channel: Channel;
  readonly preparation: ReturnType<typeof createPreparation>;
  readonly stopped: AbortController;
  guise: Guise | undefined;
  /** The handshake hash of the present session. */
  session: Uint8Array;
  /** Who this host will be in the session whose handshake is under way. */
  nextGuise: Guise | undefined;
  notBeforeMs: number;
  isLooking: boolean;
  wantsLook: boolean;
  /** Gives up the status that is waited for. */
  endStatus: () => void;
  /** Handshakes of anyone's that were refused, one after the other. */
  refusedAnyone: number;
}

const forgetSession = (state: State): void => {
  state.guise = undefined;
  for (const call of state.household.waiting()) call.isAsked = false;
};

/** Sends what the present session may carry. What another boot was asked may have taken effect. */
const askAll = ({ household, channel, guise, boot, session }: State): void => {
  if (guise === undefined || !channel.isOpen()) return;
  for (const call of household.waiting()) {
    if (call.isAsked || !isAllowed(call, guise)) continue;
    if (isOfAnotherBoot(call, boot)) {
      call.settle(fail("call_indeterminate"));
      continue;
    }
    call.isAsked = true;
    call.sentTo = boot;
    channel.send([call.request(household.clock.nowMs(), session)]);
  }
};

/**
 * Not even anyone's session came about. Where that goes on for longer than a device backs off, the
 * two ends have not seen the same HELLOs, and no session will ever come of this link.
 */
const refuseLink = (state: State): void => {
  state.refusedAnyone += 1;
  if (state.refusedAnyone >= MOST_REFUSED) state.household.renew();
};

const begin = async (state: State, { opening, guise }: Prepared): Promise<Outcome<void>> => {
  const { channel, stopped } = state;
  const { clock } = state.household;
  await wait(clock, state.notBeforeMs - clock.nowMs(), stopped.signal);
  state.nextGuise = guise;
  const began = await channel.begin(opening);
  if (stopped.signal.aborted) return fail("link_down");
  if (began.ok) return ok(undefined);
  state.notBeforeMs = clock.nowMs() + RETRY_MS;
  state.preparation.forget();
  if (opening.pattern === "NN") refuseLink(state);
  return began;
};

/** The device never says what it refused: the host knows what it asked for. */
const beginAs = async (state: State, prepared: Prepared): Promise<Outcome<void>> => {
  const began = await begin(state, prepared);
  const isRole = prepared.opening.pattern === "IK";
  return !began.ok && began.error === "session_refused" && isRole
    ? fail("session_refused", { role: prepared.guise })
    : began;
};

const isLost = (reply: WireOutcome): boolean => !reply.ok && reply.error === "timeout";

/** Asks once, over the present session or one of anyone's; `timeout` where that is lost. */
const askStatusOnce = async (state: State): Promise<WireOutcome> => {
  const { household, channel } = state;
  if (state.stopped.signal.aborted) return fail("link_down");
  if (state.guise === undefined || !channel.isOpen()) {
    const began = await begin(state, ANYONE);
    if (!began.ok) return began;
  }
  const ending = new AbortController();
  state.endStatus = () => ending.abort("timeout");
  const stopTimer = household.clock.after(STATUS_MS, state.endStatus);
  const asking = household.askStatus(ending.signal);
  askAll(state);
  const reply = await asking;
  stopTimer();
  return reply;
};

const askStatus = async (state: State): Promise<Outcome<DeviceStatus>> => {
  let reply = await askStatusOnce(state);
  for (let left = STATUS_TRIES - 1; left > 0 && isLost(reply); left -= 1) {
    reply = await askStatusOnce(state);
  }
  if (!reply.ok) return reply;
  const status = readWire(REGISTRY.getStatus.result, reply.value);
  return status === undefined ? fail("malformed_reply") : ok(status);
};

/** Begins the session that a call needs; a call for which none is to be had is settled. */
const serve = async (state: State, call: Call): Promise<void> => {
  const prepared = await state.preparation.prepare(call);
  const began = prepared.ok ? await beginAs(state, prepared.value) : prepared;
  if (began.ok || state.stopped.signal.aborted) return;
  if (prepared.ok) call.refusals += 1;
  else call.delays += 1;
  const isFinal = began.error !== "session_refused" || !mayTryAgain(call);
  if (isFinal) call.settle(fateOf(call, began, state.boot));
};

/** One session after the other, until nobody needs another. */
const lookAround = async (state: State): Promise<void> => {
  const { household, channel, stopped } = state;
  while (!stopped.signal.aborted) {
    askAll(state);
    const present = channel.isOpen() ? state.guise : undefined;
    const call = neediest(household.waiting(), present);
    if (call === undefined) return;
    await serve(state, call);
  }
};

const look = async (state: State): Promise<void> => {
  const { signal } = state.stopped;
  askAll(state);
  state.wantsLook = true;
  if (state.isLooking || signal.aborted) return;
  state.isLooking = true;
  while (state.wantsLook && !signal.aborted) {
    state.wantsLook = false;
    await lookAround(state);
  }
  state.isLooking = false;
};

/** Keeps sessions on a wire; none is begun before a call waits. */
export const createSteward = (wire: Wire, household: Household): Steward => {
  const { clock, identity, find, renew, ephemeral } = household;
  const listener = {
    message: (message: Parameters<Call["take"]>[0]): void => {
      const call = find(message.id);
      const { guise } = state;
      if (call?.isAsked !== true || guise === undefined) return;
      // Whoever is at the other end of this session answers only what it may carry.
      const said = isAllowed(call, guise) ? call.take(message) : undefined;
      if (said !== undefined) channel.send(said);
    },
    began: (handshakeHash: Uint8Array): void => {
      household.began();
      forgetSession(state);
      state.session = handshakeHash;
      state.guise = state.nextGuise;
      state.refusedAnyone = 0;
    },
    ended: (): void => {
      forgetSession(state);
      state.notBeforeMs = clock.nowMs() + RETRY_MS;
      state.endStatus(); // nobody else would begin the session that it needs now
      void look(state);
    },
    exhausted: renew,
  };
  const channel = createChannel(wire, clock, listener, ephemeral);
  const state: State = {
    household,
    boot: wire.peer.bootId?.toHex() ?? "",
    channel,
    preparation: createPreparation({ identity, askStatus: () => askStatus(state) }),
    stopped: new AbortController(),
    guise: undefined,
    session: new Uint8Array(0),
    nextGuise: undefined,
    notBeforeMs: 0,
    isLooking: false,
    wantsLook: false,
    endStatus: () => undefined,
    refusedAnyone: 0,
  };
  return {
    look: () => void look(state),
    cancel: (id) => channel.send([{ kind: "cancel", id }]),
    isSent: channel.isSent,
    end: () => {
      state.stopped.abort();
      channel.end();
      state.endStatus();
    },
  };
};
