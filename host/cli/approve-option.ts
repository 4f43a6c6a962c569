/** `--approve`: a word, or a file of rules, of a recording, or of what a session printed. */
import { type Outcome, ok } from "../../protocol/errors.ts";
import { readEmulatorEvent } from "./emulator-events.ts";
import type { EmulatorSettings } from "./emulators.ts";
import { readText } from "./files.ts";
import { badOption } from "./program.ts";

type Approve = EmulatorSettings["approve"];

const WORDS: readonly string[] = ["auto", "never", "ask"];

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // whoever asks says that it is no JSON
  }
};

/** Whether it is a line of `emulate --json`: a session there can be replayed from its log. */
const isScreen = (line: string): boolean => readEmulatorEvent(line)?.event === "screen";

/** One of the words, or what the file of that name holds: its emulator reads that in full. */
export const approveOf = (how: string): Outcome<Approve> => {
  if (WORDS.includes(how)) return ok(how);
  const text = readText(how);
  if (!text.ok) {
    const why = text.error === "file_missing" ? "no such file" : "a file that cannot be read";
    return badOption("--approve", `${how} is none of ${WORDS.join(", ")}, and ${why}`);
  }
  const value = jsonOf(text.value);
  if (Array.isArray(value)) return ok(value);
  const lines = text.value.split("\n").filter((line) => line.trim() !== "");
  if (lines.some(isScreen)) return ok(lines);
  return badOption(
    "--approve",
    `${how} holds neither a JSON list of rules or recorded answers nor a log`,
  );
};

/** Rules are the same for all devices; a recording is each one's own. */
export const isShared = (approve: Approve): boolean =>
  typeof approve !== "string" &&
  approve.every((one) => typeof one === "object" && one !== null && "when" in one);

const isWait = (rule: unknown): boolean =>
  typeof rule === "object" && rule !== null && "press" in rule && rule.press === "wait";

/** Whether somebody may be at the buttons besides: then presses are read. */
export const takesPresses = (approve: Approve): boolean =>
  typeof approve === "string" ? approve === "ask" : approve.some(isWait);
