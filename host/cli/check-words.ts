/**
 * Check words on the command line: typed at a prompt, three times at most, as told by someone who
 * sees the device; or read from standard input. They are never printed.
 */
import { fail, type Outcome } from "../../protocol/errors.ts";
import { firstLine } from "./code-words.ts";
import type { Output } from "./output.ts";
import { badOption } from "./program.ts";

/** Wrong answers that end it. */
const TRIES = 3;

/** Takes the typed words; `check_words_wrong` where they are others. */
export type Confirm<T> = (typed: string) => Promise<Outcome<T>>;

const prompted = async (what: string): Promise<string | undefined> => {
  // Loaded on demand: few commands ask.
  const { isCancel, text } = await import("@clack/prompts");
  const message = `The six words that ${what} shows, as you are told them`;
  const typed = await text({ message, output: process.stderr });
  return isCancel(typed) ? undefined : typed;
};

/** Asks at the terminal, again where the words are others. */
const askThrice = async <T>(
  what: string,
  output: Output,
  confirm: Confirm<T>,
): Promise<Outcome<T>> => {
  for (let tries = 1; ; tries += 1) {
    const typed = await prompted(what);
    if (typed === undefined) return fail("cancelled");
    const confirmed = await confirm(typed);
    const isAskedAgain = !confirmed.ok && confirmed.error === "check_words_wrong" && tries < TRIES;
    if (!isAskedAgain) return confirmed;
    output.warn(`those are not the words of ${what}: ask again`);
  }
};

/**
 * Has the words of a document typed. `option` is what `--words` was given: `-` takes them from
 * standard input, and without a terminal there is no other way.
 */
export const askCheckWords = async <T>(
  what: string,
  option: string | undefined,
  output: Output,
  confirm: Confirm<T>,
): Promise<Outcome<T>> => {
  if (option === "-") {
    const line = await firstLine(new AbortController().signal);
    return line === undefined ? fail("cancelled") : confirm(line);
  }
  if (option !== undefined) {
    return badOption("--words", "only - is taken: words among arguments would be seen by others");
  }
  return output.isJson || !process.stdin.isTTY
    ? badOption("--words", "without a terminal the words come from standard input: --words -")
    : askThrice(what, output, confirm);
};
