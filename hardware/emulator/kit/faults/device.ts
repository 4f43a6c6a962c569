/** A board's parts with their faults: power, generator, tamper, speed, queue, clock, engine. */
import type { Clock, Handle, Link, Rng, Secrets, Tamper } from "../../../../firmware/hal.ts";
import { assert, fail } from "../../../../protocol/errors.ts";
import {
  type Ailments,
  createAilments,
  type DeviceFault,
  isPatient,
  type Listeners,
  suffer,
} from "./ailments.ts";

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

const failing = (rng: Rng, ailments: Ailments, happened: () => void): Rng => ({
  fill: (target) => {
    if (ailments.fillsLeft <= 0) {
      happened();
      return fail("rng_failed");
    }
    ailments.fillsLeft -= 1;
    return rng.fill(target);
  },
});

/** Counts signatures under derived keys, which are a wallet's, and spoils some. */
const watched = <S extends Secrets>(
  secrets: S,
  { brownOuts, flips }: Ailments,
  told: { readonly flip: () => void; readonly brownOut: () => void },
): S => {
  const derived = new Set<number>();
  let count = 0;
  /** Another node in the key's place: the engine is to notice that it is not the wallet's. */
  const nodeFor = (node: Handle<"node">): Handle<"node"> => {
    if (!derived.has(node.id)) return node;
    count += 1;
    if (!flips.delete(count)) return node;
    told.flip();
    const other = secrets.derive(node, [0]);
    assert(other.ok, "a key has a child");
    return other.value;
  };
  const sign = (node: Handle<"node">, make: (node: Handle<"node">) => Uint8Array): Uint8Array => {
    const signature = make(nodeFor(node));
    if (derived.has(node.id) && brownOuts.delete(count)) told.brownOut();
    return signature;
  };
  return {
    ...secrets,
    derive: (node, path) => {
      const child = secrets.derive(node, path);
      if (child.ok) derived.add(child.value.id);
      return child;
    },
    signEcdsa: (node, digest, publicKey) =>
      sign(node, (key) => secrets.signEcdsa(key, digest, publicKey)),
    signSchnorr: (node, message, settings) =>
      sign(node, (key) => secrets.signSchnorr(key, message, settings)),
  };
};

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
  const told = new Map<DeviceFault["kind"], () => void>();
  const tell = (kind: DeviceFault["kind"]) => (): void => told.get(kind)?.();
  return {
    clock: (clock) => skewed(clock, ailments),
    rng: (rng) => failing(rng, ailments, tell("rng failure")),
    link: (link, clock) => ({
      ...lagging(link, clock, ailments),
      onRoom: (action) => {
        listeners.room = action;
        link.onRoom(action);
      },
    }),
    secrets: (secrets, onBrownOut) =>
      watched(secrets, ailments, {
        flip: tell("bit flip"),
        brownOut: () => {
          tell("brown-out")();
          onBrownOut();
        },
      }),
    tamper: {
      isTripped: () => ailments.isTripped,
      onTrip: (action) => {
        listeners.trip = action;
      },
    },
    arm: (fault, happened) => {
      told.set(fault.kind, happened);
      const mend = suffer(ailments, fault, listeners);
      if (!isPatient(fault)) happened();
      return mend;
    },
    powerOff: () => {
      ailments.isTripped = false;
    },
  };
};
