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
  readonly refuse: (failure: Failure) => void;
}

/** One sentence: what went wrong, about what, what to do, and its name. */
export const sentence = ({ error, details }: Failure): string => {
  const about = Object.entries(details ?? {})
    .map(([name, value]) => `${name}: ${value}`)
    .join(", ");
  const means = ERRORS[error].means.replace(/\.$/, "");
  const next = nextStep(error);
  const rest = next === undefined ? "" : `: ${next}`;
  return `${means}${about === "" ? "" : ` (${about})`}${rest}. [${error}]`;
};

/** Text for a terminal: what a device or a file says is shown, never obeyed. */
const plain = (line: string): string => line.replaceAll(/\p{Cc}/gu, "\u{fffd}");

const print = (lines: readonly string[]): void => {
  for (const line of lines) process.stdout.write(`${plain(line)}\n`);
};

/** Output in the caller's choice of form. */
export const createOutput = (isJson: boolean): Output => ({
  isJson,
  say: (event, lines) => print(isJson ? [JSON.stringify(event)] : lines),
  tell: (...lines) => {
    if (!isJson) print(lines);
  },
  hint: (line) => {
    if (!isJson && process.stderr.isTTY) process.stderr.write(`${line}\n`);
  },
  refuse: (failure) => {
    if (!isJson) {
      process.stderr.write(`mayfly: ${plain(sentence(failure))}\n`);
      return;
    }
    const { group, means, retry } = ERRORS[failure.error];
    const { details } = failure;
    const error = { name: failure.error, group, means, retry };
    print([JSON.stringify({ event: "error", error: details ? { ...error, details } : error })]);
  },
});
