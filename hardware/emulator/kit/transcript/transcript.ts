/** A transcript: live or read back, for programs and for people. */
import type { Recorded } from "./item.ts";
import { recordedOf, transcriptJson, type TranscriptJson } from "./json.ts";
import { itemText } from "./text.ts";

/** What an emulator's cable carried, and what happened around it. */
export interface Transcript extends Recorded {
  readonly toJSON: () => TranscriptJson;
  /** One line per item. */
  readonly text: () => string;
}

const droppedText = (count: number): readonly string[] =>
  count === 0 ? [] : [`(${count} older items are gone)`];

/** The same with its forms. */
export const asTranscript = (recorded: Recorded): Transcript => ({
  ...recorded,
  toJSON: () => transcriptJson(recorded),
  text: () => [...droppedText(recorded.dropped()), ...recorded.items().map(itemText)].join("\n"),
});

/** Reads what `toJSON` gave; throws where it is none, and says where. */
export const transcriptOf = (json: unknown): Transcript => asTranscript(recordedOf(json));
