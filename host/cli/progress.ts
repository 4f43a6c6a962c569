/** How far long work has come: events under `--json`, one line that renews itself for people. */
import type { CallProgress } from "../driver/index.ts";
import { type Output, plain } from "./output.ts";

/** Where a call's progress goes. */
export interface Progress {
  readonly onProgress: (progress: CallProgress) => void;
  /** The line goes, so that what follows begins on an empty one. */
  readonly end: () => void;
}

/** ECMA-48: to the first column, and erase to the end of the line. */
const EMPTY_LINE = "\r\u001b[K";

const WORDS: Readonly<Record<CallProgress["phase"], string>> = {
  receiving: "receives it",
  working: "works",
  reviewing: "reviews it",
  asking: "asks: press a button there",
  signing: "signs",
};

/** What a person reads of it. */
export const progressLine = (device: string, { phase, done, total }: CallProgress): string => {
  const share = total === 0 ? "" : ` (${done} of ${total})`;
  return plain(`${device} ${WORDS[phase]}${share}`);
};

/** The progress of a call to `device`; the events of several calls tell `which` it is. */
export const createProgress = (
  output: Output,
  device: string,
  which: { readonly device?: string } = {},
): Progress => {
  const isLine = !output.isJson && process.stderr.isTTY;
  let isShown = false;
  return {
    onProgress: (progress) => {
      const { phase, done, total } = progress;
      if (output.isJson) output.say({ event: "progress", ...which, phase, done, total }, []);
      if (!isLine) return;
      isShown = true;
      process.stderr.write(`${EMPTY_LINE}${progressLine(device, progress)}`);
    },
    end: () => {
      if (isShown) process.stderr.write(EMPTY_LINE);
      isShown = false;
    },
  };
};
