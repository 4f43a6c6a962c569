/** Room for bodies: whose each is, who waits for it, and how long it may take. */
import type { BodyClaim } from "../../protocol/call/envelope.ts";
import type { ErrorName, Outcome } from "../../protocol/errors.ts";
import { LIMITS } from "../../protocol/limits.ts";
import type { Clock, Crypto } from "../hal.ts";
import { DEVICE_LIMITS } from "../limits.ts";
import { type Body, createBody } from "./body.ts";
import type { AnyPrepared, Expected } from "./intake.ts";
import type { OpenRequest } from "./requests.ts";

/** Whoever waits for a body: he gets the call that it is, or the reason why not. */
export type BodyTaker = (call: Outcome<AnyPrepared>) => void;

/** A body as its request announces it. */
export interface Announced {
  /** The digest of its call: command, params beside it, and its hash. */
  readonly digest: string;
  /** Its idempotency key. */
  readonly key: string;
  readonly claim: BodyClaim;
  readonly expected: Expected;
}

/** Whose body it is: a host's static key in hex, or the kind of a caller who has none. */
export interface BodyOwner {
  readonly caller: string;
  readonly isHosts: boolean;
}

/** Who waits for a body, under which key. */
export interface Waiting {
  readonly key: string;
  readonly request: OpenRequest;
  readonly taker: BodyTaker;
}

/** A body and its surroundings. */
export interface BodySlot extends BodyOwner {
  readonly name: string;
  readonly body: Body;
  readonly startedMs: number;
  /** Nobody while it outlives its session. */
  waiting: Waiting | undefined;
  stopTimers: () => void;
}

/** Room for bodies. */
export interface BodySlots {
  /**
   * The owner's slot for that body if nobody waits for it, or an earlier request of the same call
   * does, or a fresh one; `undefined` where there is none: each owner has one. What nobody waits
   * for gives way, the owner's own or the oldest. A fresh one begins an intake.
   */
  readonly open: (owner: BodyOwner, announced: Announced) => BodySlot | undefined;
  readonly drop: (slot: BodySlot) => void;
  /** Fails once the body has stalled, took too long in all, or its call's deadline has come. */
  readonly watch: (slot: BodySlot, failWith: (error: ErrorName) => void) => void;
  readonly all: () => readonly BodySlot[];
}

const NOTHING = (): void => undefined;

/** Whether another call waits for it; the same one may have been given up by its host by now. */
const isTaken = ({ waiting }: BodySlot, key: string): boolean =>
  waiting !== undefined && waiting.key !== key;

/** Bodies at once, and milliseconds in all. */
const roomOf = (isHosts: boolean) =>
  isHosts
    ? { count: DEVICE_LIMITS.hostBodies, ms: DEVICE_LIMITS.hostBodyMs }
    : { count: DEVICE_LIMITS.publicBodies, ms: DEVICE_LIMITS.publicBodyMs };

/** What a body gains by what has come of it: time for what is still to come. */
const earnedMs = (have: number): number =>
  (1000 * Math.max(0, have - LIMITS.body)) / DEVICE_LIMITS.uploadBytesPerSecond;

/** All of it free. */
export const createBodySlots = (clock: Clock, crypto: Crypto): BodySlots => {
  const slots = new Map<string, BodySlot>();

  const drop = (slot: BodySlot): void => {
    slot.stopTimers();
    slots.delete(slot.name);
  };
  const makeRoom = ({ caller, isHosts }: BodyOwner): boolean => {
    const same = [...slots.values()].filter((slot) => slot.isHosts === isHosts);
    const own = same.find((slot) => slot.caller === caller);
    const isFull = same.length >= roomOf(isHosts).count;
    const giving = own ?? (isFull ? same.find(({ waiting }) => waiting === undefined) : undefined);
    if (giving === undefined) return !isFull;
    if (giving.waiting !== undefined) return false;
    drop(giving);
    return true;
  };
  const afterOr = (delayMs: number, action: () => void): (() => void) =>
    delayMs === Number.POSITIVE_INFINITY ? NOTHING : clock.after(Math.max(0, delayMs), action);
  return {
    open: (owner, { digest, key, claim, expected }) => {
      const name = `${owner.caller}/${claim.size}/${digest}`;
      const known = slots.get(name);
      if (known !== undefined) return isTaken(known, key) ? undefined : known;
      if (!makeRoom(owner)) return undefined;
      const body = createBody(claim, crypto.sha256(), expected.open(claim.size));
      const startedMs = clock.nowMs();
      const fresh = { body, startedMs, waiting: undefined, stopTimers: NOTHING };
      const slot = { ...owner, name, ...fresh };
      slots.set(name, slot);
      return slot;
    },
    drop,
    watch: (slot, failWith) => {
      slot.stopTimers();
      const nowMs = clock.nowMs();
      const allMs = roomOf(slot.isHosts).ms + earnedMs(slot.body.credit().have);
      const restMs = slot.startedMs + allMs - nowMs;
      const dueMs = (slot.waiting?.request.dueMs ?? Number.POSITIVE_INFINITY) - nowMs;
      const stops = [
        afterOr(Math.min(DEVICE_LIMITS.bodyIdleMs, restMs), () => failWith("body_stalled")),
        afterOr(dueMs, () => failWith("timeout")),
      ];
      slot.stopTimers = () => {
        for (const stop of stops) stop();
      };
    },
    all: () => [...slots.values()],
  };
};
