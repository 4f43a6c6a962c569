/** A board's parts with their faults: generator, tamper switch, speed, queue, clock and engine. */
import type { Clock, Link, Rng, Secrets, Tamper } from "../../../../firmware/hal.ts";
import { fail } from "../../../../protocol/errors.ts";
import {
  type Ailments,
  createAilments,
  type DeviceFault,
  type Listeners,
  suffer,
} from "./ailments.ts";
import { flawed } from "./signatures.ts";

/** A board's parts with their faults. */
export interface FaultyParts {
  readonly clock: (clock: Clock) => Clock;
  readonly rng: (rng: Rng) => Rng;
  readonly link: (link: Link, clock: Clock) => Link;
  readonly secrets: <S extends Secrets>(secrets: S, onBrownOut: () => void) => S;
  readonly tamper: Tamper;
  /** Lets the fault be; the result takes it back. */
  readonly arm: (fault: DeviceFault, happened: () => void) => () => void;
  /** The power was off: a case that was opened is closed again. */
  readonly powerOff: () => void;
}

/** Time at another rate, going on from where it is whenever the rate changes. */
const skewed = (clock: Clock, ailments: Ailments): Clock => {
  let [rate, sinceMs, baseMs] = [1, 0, 0];
  const nowMs = (): number => {
    const trueMs = clock.nowMs();
    const ownMs = baseMs + (trueMs - sinceMs) * rate;
    if (rate !== ailments.rate) [rate, sinceMs, baseMs] = [ailments.rate, trueMs, ownMs];
    return ownMs;
  };
  return {
    nowMs,
    after: (delayMs, action) => clock.after(delayMs / ailments.rate, action),
  };
};

const failing = (rng: Rng, ailments: Ailments): Rng => ({
  fill: (target) => {
    if (ailments.fillsLeft <= 0) {
      ailments.onFailure?.();
      ailments.onFailure = undefined;
      return fail("rng_failed");
    }
    ailments.fillsLeft -= 1;
    return rng.fill(target);
  },
});

/** The device's link: late, or with no room. */
const lagging = (link: Link, clock: Clock, ailments: Ailments): Link => ({
  ...link,
  hasRoom: () => !ailments.isFull && link.hasRoom(),
  send: (bytes) => {
    if (ailments.slowMs === 0) return link.send(bytes);
    const copy = Uint8Array.from(bytes);
    clock.after(ailments.slowMs, () => link.send(copy));
  },
});

/** Nothing is wrong yet. */
export const createFaultyParts = (): FaultyParts => {
  const ailments = createAilments();
  const listeners: Listeners = { trip: undefined, room: undefined };
  return {
    clock: (clock) => skewed(clock, ailments),
    rng: (rng) => failing(rng, ailments),
    link: (link, clock) => ({
      ...lagging(link, clock, ailments),
      onRoom: (action) => {
        listeners.room = action;
        link.onRoom(action);
      },
    }),
    secrets: (secrets, onBrownOut) => flawed(secrets, ailments, onBrownOut),
    tamper: {
      isTripped: () => ailments.isTripped,
      onTrip: (action) => {
        listeners.trip = action;
      },
    },
    arm: (fault, happened) => suffer(ailments, fault, listeners, happened),
    powerOff: () => {
      ailments.isTripped = false;
    },
  };
};
