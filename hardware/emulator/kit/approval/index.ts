/** Approval automation: who presses an emulator's buttons, and what is to be seen of it. */
export type { Answer, ApprovalFunction, ApprovalRule, Approve } from "./approve.ts";
export { type ApprovalReport, createHand, type Hand, type HandEvent } from "./hand.ts";
export { readApprove } from "./read-approve.ts";
export { type PersonReplay, type RecordedAnswer, type Recording, replayPerson } from "./replay.ts";
export { type ScreenFields, screenFields, type ShownOutput } from "./screen-fields.ts";
export {
  fitsScreen,
  type LinePattern,
  type NumberPattern,
  patternInWords,
  screenInWords,
  type ScreenPattern,
  type TextPattern,
} from "./screen-pattern.ts";
export { recordingOf } from "./session-log.ts";
export { createShowing, type Showing, type ShowsOptions } from "./showing.ts";
