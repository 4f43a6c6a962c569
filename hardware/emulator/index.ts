/**
 * The emulator in a test's own process. `mayfly emulate` runs main.ts, a process for each signer.
 */
import "#standards";

export type { Press, Screen, ScreenKind } from "../../firmware/hal.ts";
export {
  type Answer,
  type ApprovalFunction,
  type ApprovalReport,
  type ApprovalRule,
  type Approve,
  fitsScreen,
  type LinePattern,
  type NumberPattern,
  patternInWords,
  type PersonReplay,
  type RecordedAnswer,
  type Recording,
  recordingOf,
  replayPerson,
  type ScreenFields,
  screenFields,
  screenInWords,
  type ScreenPattern,
  type ShownOutput,
  type ShowsOptions,
  type TextPattern,
} from "./kit/approval/index.ts";
export type { ConnectOptions } from "./kit/clients.ts";
export type { Emulator } from "./kit/emulated.ts";
export { createEmulator } from "./kit/emulator.ts";
export type { Fault, Faults, Happened } from "./kit/faults/index.ts";
export type { EmulatorOptions } from "./kit/options.ts";
export type { Snapshot } from "./kit/snapshot.ts";
export { createVirtualClock, type VirtualClock } from "./kit/virtual-clock.ts";
export type { ListeningEmulator, ListenOptions } from "./kit/ways.ts";
export * from "./kit/transcript/index.ts";
