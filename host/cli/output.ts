/**
 * What a command says: text for people, or with `--json` one object per line on standard output
 * and nothing else there. Failures go to standard error as one sentence, or as a last JSON line.
 */
import { ERRORS, type Failure } from "../../protocol/errors.ts";
import { nextStep } from "./next-steps.ts";

/** An event as CLI.md names it. */
export type OutputEvent = { readonly event: string } & Readonly<Record<string, unknown>>;

/** Where a command's words go. */
export interface Output {
  readonly isJson: boolean;
  /** One event; `lines` is what a person sees of it, nothing where it is empty. */
  readonly say: (event: OutputEvent, lines: readonly string[]) => void;
  /** Text for people only. */
  readonly tell: (...lines: readonly string[]) => void;
  /** A next step, for people at a terminal only: on standard error, so that pipes stay clean. */
  readonly hint: (line: string) => void;
  /** What the user should mend, work going on: one line on standard error, in either form. */
  readonly warn: (line: string) => void;
  readonly refuse: (failure: Failure) => void;
}

/** One sentence: what went wrong, about what, what to do, and its name. */
export const sentence = (failure: Failure): string => {
  const { error, details } = failure;
  const about = Object.entries(details ?? {})
    .map(([name, value]) => `${name}: ${value === "" ? '""' : value}`)
    .join(", ");
  const means = ERRORS[error].means.replace(/\.$/, "");
  const next = nextStep(failure);
  const rest = next === undefined ? "" : `: ${next}`;
  return `${means}${about === "" ? "" : ` (${about})`}${rest}. [${error}]`;
};

/** Controls, what turns the direction of writing, what has no width, and ends of lines. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** Text for a terminal: what a device or a file says is shown, never obeyed. */
export const plain = (line: string): string => line.replaceAll(UNPRINTABLE, "\u{fffd}");

const escapeUnits = (character: string): string =>
  Array.from(
    { length: character.length },
    (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, "0")}`,
  ).join("");

/** One line of JSON: the same text to a program, and harmless to a terminal. */
const jsonLine = (value: OutputEvent): string =>
  JSON.stringify(value).replaceAll(UNPRINTABLE, escapeUnits);

/** ` --port NAME` for a command to paste; nothing for a name that a shell could take otherwise. */
export const portWords = (name: string): string =>
  /^[\w./][\w./-]*$/.test(name) ? ` --port ${name}` : "";

const print = (lines: readonly string[]): void => {
  for (const line of lines) process.stdout.write(`${line}\n`);
};

const complain = (line: string): void => {
  process.stderr.write(`${plain(line)}\n`);
};

/** Output in the caller's choice of form. */
export const createOutput = (isJson: boolean): Output => ({
  isJson,
  say: (event, lines) => print(isJson ? [jsonLine(event)] : lines.map(plain)),
  tell: (...lines) => {
    if (!isJson) print(lines.map(plain));
  },
  hint: (line) => {
    if (!isJson && process.stderr.isTTY) complain(line);
  },
  warn: (line) => complain(`mayfly: ${line}`),
  refuse: (failure) => {
    if (!isJson) {
      complain(`mayfly: ${sentence(failure)}`);
      return;
    }
    const { group, means, retry } = ERRORS[failure.error];
    const { details } = failure;
    const error = { name: failure.error, group, means, retry };
    print([jsonLine({ event: "error", error: details ? { ...error, details } : error })]);
  },
});
