/** What may be wrong with a device, and what a fault does to it. */

/** A fault of the device. */
export type DeviceFault =
  /** The power goes right after the n-th signature; the next boot says why. */
  | { readonly kind: "brown-out"; readonly signature: number }
  /** A bit of the key flips under the n-th signature. */
  | { readonly kind: "bit flip"; readonly signature: number }
  /** The generator gives nothing any more, after so many fills. */
  | { readonly kind: "rng failure"; readonly after?: number }
  /** The case is opened. */
  | { readonly kind: "tamper" }
  /** What it says leaves so much later. */
  | { readonly kind: "slow device"; readonly ms: number }
  /** Its queue takes nothing more. */
  | { readonly kind: "full queue" }
  /** Its clock runs so many times as fast. */
  | { readonly kind: "wrong clock"; readonly rate: number };

/** Names of all faults of a device. */
export const DEVICE_KINDS: Readonly<Record<DeviceFault["kind"], true>> = {
  "brown-out": true,
  "bit flip": true,
  "rng failure": true,
  tamper: true,
  "slow device": true,
  "full queue": true,
  "wrong clock": true,
};

/** Whether something is the name of a device's fault. */
export const isDeviceKind = (kind: unknown): kind is DeviceFault["kind"] =>
  typeof kind === "string" && Object.hasOwn(DEVICE_KINDS, kind);

/** What is wrong with a device, over all its boots. */
export interface Ailments {
  /** Who is told when the power goes at the n-th signature, and when a bit flips under it. */
  readonly brownOuts: Map<number, () => void>;
  readonly flips: Map<number, () => void>;
  /** Fills that the generator still gives; for ever unless told. */
  fillsLeft: number;
  /** Told of its first failure. */
  onFailure: (() => void) | undefined;
  isTripped: boolean;
  slowMs: number;
  isFull: boolean;
  rate: number;
}

/** Who is to hear of a change at once. */
export interface Listeners {
  trip: (() => void) | undefined;
  room: (() => void) | undefined;
}

/** A device in health. */
export const createAilments = (): Ailments => ({
  brownOuts: new Map(),
  flips: new Map(),
  fillsLeft: Number.POSITIVE_INFINITY,
  onFailure: undefined,
  isTripped: false,
  slowMs: 0,
  isFull: false,
  rate: 1,
});

const planned = (
  signatures: Map<number, () => void>,
  signature: number,
  happened: () => void,
): (() => void) => {
  signatures.set(signature, happened);
  return () => {
    if (signatures.get(signature) === happened) signatures.delete(signature);
  };
};

type PatientFault = Extract<DeviceFault, { kind: "brown-out" | "bit flip" | "rng failure" }>;

type PresentFault = Exclude<DeviceFault, PatientFault>;

const isPatient = (fault: DeviceFault): fault is PatientFault =>
  fault.kind === "brown-out" || fault.kind === "bit flip" || fault.kind === "rng failure";

/** What waits for its moment. */
const plan = (ailments: Ailments, fault: PatientFault, happened: () => void): (() => void) => {
  switch (fault.kind) {
    case "brown-out":
      return planned(ailments.brownOuts, fault.signature, happened);
    case "bit flip":
      return planned(ailments.flips, fault.signature, happened);
    case "rng failure":
      ailments.fillsLeft = fault.after ?? 0;
      ailments.onFailure = happened;
      return () => {
        ailments.fillsLeft = Number.POSITIVE_INFINITY;
      };
  }
};

/** What is there as soon as it is told. */
const begin = (ailments: Ailments, fault: PresentFault, listeners: Listeners): (() => void) => {
  switch (fault.kind) {
    case "tamper":
      ailments.isTripped = true;
      listeners.trip?.();
      return () => {
        ailments.isTripped = false;
      };
    case "slow device":
      ailments.slowMs = fault.ms;
      return () => {
        ailments.slowMs = 0;
      };
    case "full queue":
      ailments.isFull = true;
      return () => {
        ailments.isFull = false;
        listeners.room?.();
      };
    case "wrong clock":
      ailments.rate = fault.rate;
      return () => {
        ailments.rate = 1;
      };
  }
};

/** Makes a device suffer from a fault, and says when it does; the result mends it. */
export const suffer = (
  ailments: Ailments,
  fault: DeviceFault,
  listeners: Listeners,
  happened: () => void,
): (() => void) => {
  if (isPatient(fault)) return plan(ailments, fault, happened);
  happened(); // it may end the device, which says nothing any more
  return begin(ailments, fault, listeners);
};
