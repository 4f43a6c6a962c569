/** The device's life, as names. What each phase holds is in firmware/device.ts. */
export const PHASES = [
  "boot",
  "sealed",
  "provisioning",
  "ready",
  "suspended",
  "tampered",
  "ended",
] as const;

/** One phase of a device's life. `ended` is terminal; only power-off leaves `tampered`. */
export type Phase = (typeof PHASES)[number];

/** Which phase may follow which. The firmware's `advance` and the diagram are held to this. */
export const TRANSITIONS = {
  boot: ["sealed", "tampered", "ended"],
  sealed: ["provisioning", "ready", "ended"],
  provisioning: ["provisioning", "sealed", "ready", "suspended", "ended"],
  ready: ["suspended", "ended"],
  suspended: ["ready", "ended"],
  tampered: [],
  ended: [],
} as const satisfies Record<Phase, readonly Phase[]>;
