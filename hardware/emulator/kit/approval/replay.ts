/** A person's session at the buttons: what was shown, what was pressed, and the same again. */
import type { Screen } from "../../../../firmware/hal.ts";
import type { Answer } from "./approve.ts";
import type { Decider } from "./decider.ts";
import { screenInWords } from "./screen-pattern.ts";

/** A question and its answer; `wait` where it ended without a press. */
export interface RecordedAnswer {
  readonly screen: Screen;
  readonly press: Answer;
  /** From when the screen was shown, in whole milliseconds of the emulator's clock. */
  readonly atMs: number;
}

/** A session, question by question, as it stands in a JSON file. */
export type Recording = readonly RecordedAnswer[];

/** A session that is to be repeated. */
export interface PersonReplay {
  readonly recording: Recording;
}

/**
 * Presses what the person pressed, after the same time, as long as the screens are the same to the
 * letter. At the first that is not it stops and says so: from there on nobody presses.
 */
export const replayPerson = (recording: Recording): PersonReplay => ({ recording });

/** Characters of a column, so that two of them fit a terminal. */
const COLUMN = 46;

const cell = (text: string): string =>
  text.length > COLUMN ? `${text.slice(0, COLUMN - 1)}…` : text.padEnd(COLUMN);

const linesOf = (screen: Screen | undefined): readonly string[] =>
  screen === undefined ? ["(nothing more)"] : [screen.kind, ...screen.lines];

/** Two screens beside each other, lines that differ marked with `!`. */
const sideBySide = (expected: Screen | undefined, shown: Screen): string => {
  const [left, right] = [linesOf(expected), linesOf(shown)];
  const rows = Array.from({ length: Math.max(left.length, right.length) }, (_, at) => {
    const [before = "", now = ""] = [left[at], right[at]];
    return `${before === now ? " " : "!"} ${cell(before)} | ${now}`.trimEnd();
  });
  return [`  ${cell("expected")} | shown`, ...rows].join("\n");
};

const isSame = (one: Screen, other: Screen): boolean =>
  one.kind === other.kind &&
  one.lines.length === other.lines.length &&
  one.lines.every((line, at) => line === other.lines[at]);

/** Answers as a session did. Progress: how far it came, and 1 once a screen differed. */
export const createReplay = ({ recording }: PersonReplay, progress: readonly number[]): Decider => {
  let [at = 0, stopped = 0] = progress;
  let difference: string | undefined;
  return {
    decide: (screen) => {
      if (stopped > 0) return undefined;
      const expected = recording[at];
      if (expected !== undefined && isSame(expected.screen, screen)) {
        at += 1;
        return { answer: expected.press, afterMs: expected.atMs };
      }
      stopped = 1;
      const where = `question ${at + 1} of the recording's ${recording.length} differs`;
      difference = `${where}:\n${sideBySide(expected?.screen, screen)}`;
      return undefined;
    },
    unused: () =>
      recording
        .slice(at)
        .map(({ screen }, i) => `question ${at + i + 1} (${screenInWords(screen)})`),
    difference: () => difference,
    progress: () => [at, stopped],
  };
};
