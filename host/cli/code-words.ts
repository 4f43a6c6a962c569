/** The words of a pairing code: typed at a prompt that checks them, or read from standard input. */
import { fail, type Outcome } from "../../protocol/errors.ts";
import { readPairingCode } from "../identity/index.ts";

/** Longer than any 12 words; the rest of a line is not read. */
const LONGEST_LINE = 1024;

/** The first line of standard input, or all of it; nothing where the signal came first. */
export const firstLine = async (signal: AbortSignal): Promise<string | undefined> => {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const decoder = new TextDecoder();
  let text = "";
  const take = (bytes: Uint8Array): void => {
    text += decoder.decode(bytes, { stream: true });
    if (text.includes("\n") || text.length > LONGEST_LINE) resolve(text.split("\n")[0]);
  };
  const finish = (): void => resolve(text);
  const cancel = (): void => resolve(undefined);
  process.stdin.on("data", take).once("end", finish).once("error", finish);
  signal.addEventListener("abort", cancel);
  if (signal.aborted) cancel();
  const line = await promise;
  process.stdin.destroy(); // what else comes is not ours
  signal.removeEventListener("abort", cancel);
  return line;
};

const problemOf = (text: string | undefined): string | undefined =>
  readPairingCode(text ?? "").ok ? undefined : "Those are not the 12 words of a code.";

/** Asks on the terminal until the words are those of a code. */
const prompted = async (signal: AbortSignal): Promise<string | undefined> => {
  // Loaded on demand: no other command asks.
  const { isCancel, text } = await import("@clack/prompts");
  const message = "The 12 words on the device's screen";
  const typed = await text({ message, validate: problemOf, signal, output: process.stderr });
  return isCancel(typed) ? undefined : typed;
};

/** The pre-shared key of the words, 32 bytes. `cancelled` where the user would not say them. */
export const askPairingKey = async (
  from: "prompt" | "stdin",
  signal: AbortSignal,
): Promise<Outcome<Uint8Array, "cancelled" | "pairing_words_invalid">> => {
  const words = await (from === "stdin" ? firstLine(signal) : prompted(signal));
  return words === undefined ? fail("cancelled") : readPairingCode(words);
};
