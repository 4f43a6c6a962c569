/**
 * Keeps the session that the waiting calls need on one wire: anyone's commands go over any session,
 * a role's over `IK` in that role, a pairing's over `NNpsk0`. One session at a time: a new call
 * may displace it, and what it displaced is asked again afterwards, under its key.
 */
import { encodeAs } from "../../protocol/cbor/cbor.ts";
import type { Message } from "../../protocol/call/envelope.ts";
import { REGISTRY } from "../../protocol/commands/registry.ts";
import { readWire } from "../../protocol/cbor/schema.ts";
import { type Failure, fail, type Outcome, ok } from "../../protocol/errors.ts";
import { SESSION_CLAIM } from "../../protocol/session/pairing.ts";
import type { Opening } from "../../protocol/session/initiator.ts";
import type { Role } from "../../protocol/session/role.ts";
import type { Call, WireOutcome } from "./call.ts";
import { type Channel, createChannel, type Ephemerals } from "./channel.ts";
import { type HostClock, wait } from "./clock.ts";
import type { DeviceStatus, Grant, Identity, KnownDevice } from "./identity.ts";
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

/** Who this host is in the present session. */
type Guise = "anyone" | "pairing" | Role;

/** How long after a refusal the next handshake begins (SPEC, section 3). */
const RETRY_MS = 500;

/** How often the device is asked who it is before a call fails for it, and how long each time. */
const STATUS_TRIES = 3;
const STATUS_MS = 10_000;

/** Refusals after which a call is given up: a device that backs off does so for 8 s at most. */
const triesOf = ({ access }: Call): number =>
  access === "anyone" ? 20 : access === "pairing" ? 1 : 3;

const isAllowed = ({ access }: Call, guise: Guise): boolean =>
  access === "anyone" ||
  (access === "pairing" ? guise === "pairing" : access.some((role) => role === guise));

const isLost = (reply: WireOutcome): boolean => !reply.ok && reply.error === "timeout";

/** The keys of a ready device are in RAM: only then is there a link key to prove. */
const holdsKeys = ({ phase }: DeviceStatus): boolean => phase === "ready" || phase === "suspended";

/** A device that lost its keys since it was asked may have done it before. */
const fateOf = ({ wasSent }: Call, refusal: Failure): Failure =>
  wasSent && refusal.error === "wrong_phase" ? fail("call_indeterminate") : refusal;

interface Prepared {
  readonly opening: Opening;
  readonly guise: Guise;
}

/** An `IK` opening in the first role that the call admits and this host has. */
const openingAs = (
  identity: Identity,
  known: KnownDevice,
  roles: readonly Role[],
): Outcome<Prepared, "role_denied"> => {
  const grant = known.grants.find(({ role }): boolean => roles.includes(role));
  if (grant === undefined) return fail("role_denied", { needs: roles.join(" or ") });
  const { role }: Grant = grant;
  const claim = encodeAs(SESSION_CLAIM, grant);
  const { deviceKey } = known;
  return ok({
    guise: role,
    opening: { pattern: "IK", hostKey: identity.hostKey, deviceKey, claim },
  });
};

/** Keeps sessions on a wire; none is begun before a call waits. */
export const createSteward = (wire: Wire, household: Household): Steward => {
  const { clock, identity } = household;
  const stopped = new AbortController();
  let guise: Guise | undefined;
  let known: KnownDevice | undefined;
  let notBeforeMs = 0;
  let isLooking = false;
  let wantsLook = false;
  /** Gives up the status that is waited for. */
  let endStatus: () => void = () => undefined;

  const channel: Channel = createChannel(
    wire,
    clock,
    {
      message: (message) => take(message),
      ended: () => {
        forgetSession();
        endStatus(); // nobody else would begin the session that it needs now
        look();
      },
    },
    household.ephemeral,
  );
  const forgetSession = (): void => {
    guise = undefined;
    for (const call of household.waiting()) call.isAsked = false;
  };
  const take = (message: Message): void => {
    const call = household.find(message.id);
    if (call?.isAsked === true) channel.send(call.take(message));
  };
  const ask = (call: Call): void => {
    call.isAsked = true;
    call.wasSent = true;
    channel.send([call.request(clock.nowMs())]);
  };
  /** Sends what the present session may carry. */
  const askAll = (): void => {
    if (guise === undefined || !channel.isOpen()) return;
    for (const call of household.waiting()) {
      if (!call.isAsked && isAllowed(call, guise)) ask(call);
    }
  };
  /** The call that the next session is for; none where the present one will do. */
  const neediest = (): Call | undefined => {
    const waiting = household.waiting();
    const present = channel.isOpen() ? guise : undefined;
    if (present === undefined) return waiting.at(-1);
    const others = waiting.filter((call) => !isAllowed(call, present));
    const isBusy = others.length < waiting.length;
    // What was displaced waits its turn; what is new does not.
    return isBusy ? others.findLast(({ wasSent }) => !wasSent) : others[0];
  };
  /** Asks once, over the present session or one of anyone's; `timeout` where that is lost. */
  const askStatus = async (): Promise<WireOutcome> => {
    if (guise === undefined || !channel.isOpen()) {
      const began = await begin({ opening: { pattern: "NN" }, guise: "anyone" });
      if (!began.ok) return began;
    }
    const ending = new AbortController();
    endStatus = () => ending.abort("timeout");
    const stopTimer = clock.after(STATUS_MS, endStatus);
    const asking = household.askStatus(ending.signal);
    askAll();
    const reply = await asking;
    stopTimer();
    return reply;
  };
  const statusOf = async (): Promise<Outcome<DeviceStatus>> => {
    let reply = await askStatus();
    for (let left = STATUS_TRIES - 1; left > 0 && isLost(reply); left -= 1) {
      reply = stopped.signal.aborted ? fail("link_down") : await askStatus();
    }
    if (!reply.ok) return reply;
    const status = readWire(REGISTRY.getStatus.result, reply.value);
    return status === undefined ? fail("malformed_reply") : ok(status);
  };
  /** How to begin the session that a call needs. */
  const prepare = async (call: Call): Promise<Outcome<Prepared>> => {
    if (call.access === "anyone") return ok({ opening: { pattern: "NN" }, guise: "anyone" });
    if (call.access === "pairing") {
      const { psk } = call;
      if (psk === undefined) return fail("pairing_closed");
      return ok({ opening: { pattern: "NNpsk0", psk }, guise: "pairing" });
    }
    if (identity === undefined) return fail("device_unknown");
    if (known === undefined) {
      const status = await statusOf();
      if (!status.ok) return status;
      const { name, phase } = status.value;
      if (!holdsKeys(status.value)) return fail("wrong_phase", { device: name, phase });
      const found = await identity.deviceOf(status.value);
      if (!found.ok) return found;
      known = found.value;
      if (known === undefined) return fail("device_unknown", { device: name });
    }
    return openingAs(identity, known, call.access);
  };
  const begin = async ({ opening, guise: next }: Prepared): Promise<Outcome<void>> => {
    await wait(clock, notBeforeMs - clock.nowMs(), stopped.signal);
    const began = await channel.begin(opening);
    if (stopped.signal.aborted) return fail("link_down");
    if (began.ok) {
      forgetSession();
      guise = next;
      return ok(undefined);
    }
    notBeforeMs = clock.nowMs() + RETRY_MS;
    known = undefined; // the device may hold other keys by now, or none: its status will tell
    return began;
  };
  /** One round after the other, until nobody needs another session. */
  const lookAround = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      askAll();
      const call = neediest();
      if (call === undefined) return;
      const prepared = await prepare(call);
      const began = prepared.ok ? await begin(prepared.value) : prepared;
      if (stopped.signal.aborted) return;
      if (began.ok) continue;
      call.refusals += 1;
      const mayTryAgain = began.error === "session_refused" && call.refusals < triesOf(call);
      if (!mayTryAgain) call.settle(fateOf(call, began));
    }
  };
  const look = (): void => {
    wantsLook = true;
    if (isLooking || stopped.signal.aborted) return;
    isLooking = true;
    const run = async (): Promise<void> => {
      while (wantsLook && !stopped.signal.aborted) {
        wantsLook = false;
        await lookAround();
      }
      isLooking = false;
    };
    void run();
  };
  return {
    look: () => {
      askAll();
      look();
    },
    cancel: (id) => channel.send([{ kind: "cancel", id }]),
    isSent: () => channel.isSent(),
    end: () => {
      stopped.abort();
      channel.end();
      endStatus();
    },
  };
};
