/** Transcripts of emulators and their replay. Nothing here knows the firmware. */
export type { Answer, CallItem, TranscriptItem } from "./item.ts";
export type { TranscriptJson } from "./json.ts";
export { type Transcript, transcriptOf } from "./transcript.ts";
export { replayDevice, type ReplayedDevice } from "./replay-device.ts";
export { replayHost, type ReplayHostOptions } from "./replay-host.ts";
export { type ReplayedLine, replayLine } from "./replay-line.ts";
