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

const DEVICE_KINDS: Readonly<Record<DeviceFault["kind"], true>> = {
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
  readonly brownOuts: Set<number>;
  readonly flips: Set<number>;
  /** Fills that the generator still gives; for ever unless told. */
  fillsLeft: number;
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
  brownOuts: new Set(),
  flips: new Set(),
  fillsLeft: Number.POSITIVE_INFINITY,
  isTripped: false,
  slowMs: 0,
  isFull: false,
  rate: 1,
});

/** Faults that wait for their moment; the others are there as soon as they are told. */
export const isPatient = ({ kind }: DeviceFault): boolean =>
  kind === "brown-out" || kind === "bit flip" || kind === "rng failure";

const planned = (signatures: Set<number>, signature: number): (() => void) => {
  signatures.add(signature);
  return () => void signatures.delete(signature);
};

/** Makes a device suffer from a fault; the result mends it. */
export const suffer = (
  ailments: Ailments,
  fault: DeviceFault,
  listeners: Listeners,
): (() => void) => {
  switch (fault.kind) {
    case "brown-out":
      return planned(ailments.brownOuts, fault.signature);
    case "bit flip":
      return planned(ailments.flips, fault.signature);
    case "rng failure":
      ailments.fillsLeft = fault.after ?? 0;
      return () => {
        ailments.fillsLeft = Number.POSITIVE_INFINITY;
      };
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
