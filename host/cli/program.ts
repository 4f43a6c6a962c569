/** How every command is declared, run and answered for: options, output, exit code. */
import { Command } from "@commander-js/extra-typings";
import { type ErrorName, fail, type Outcome } from "../../protocol/errors.ts";
import { createOutput, type Output } from "./output.ts";

/** 0 done; 1 refused, held or failed; 2 arguments not understood. */
export const EXIT = { done: 0, failed: 1, arguments: 2 } as const;

/** What `--port` takes, for the help texts. */
export const PORT = "the device: a path, its name, its serial number, unix:PATH or tcp://HOST:PORT";

/** Whether the user asked for JSON: anywhere among the options, before or after the command. */
export const isJsonWanted = (words: readonly string[] = process.argv.slice(2)): boolean => {
  const end = words.indexOf("--");
  return words.slice(0, end === -1 ? words.length : end).includes("--json");
};

/** A command that has not been given its own options yet. */
export const declare = (name: string, summary: string) =>
  new Command(name)
    .description(summary)
    .option("--json", "one JSON object per line, for programs")
    .helpOption("-h, --help", "show this text")
    .allowExcessArguments(false);

/** A command that only has subcommands. */
export const declareGroup = (name: string, summary: string) =>
  declare(name, summary).helpCommand(false);

/** Says a refusal and sets its exit code. */
export const refuse = (output: Output, failure: Parameters<Output["refuse"]>[0]): void => {
  output.refuse(failure);
  process.exitCode = exitCodeOf(failure.error);
};

/** Runs a command's work and turns a refusal into its sentence and exit code. */
export const answer = async (
  work: (output: Output) => Promise<Outcome<unknown>> | Outcome<unknown>,
): Promise<void> => {
  const output = createOutput(isJsonWanted());
  const outcome = await work(output);
  if (!outcome.ok) refuse(output, outcome);
};

/** The exit code of a refusal. */
export const exitCodeOf = (error: ErrorName): number =>
  error === "arguments_invalid" ? EXIT.arguments : EXIT.failed;

/** An option whose value means nothing. */
export const badOption = (option: string, why: string) =>
  fail("arguments_invalid", { option, why });

/** A whole number from 1 to `most`; `undefined` for any other text. */
export const wholeNumber = (text: string, most: number): number | undefined => {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : undefined;
  return value !== undefined && value >= 1 && value <= most ? value : undefined;
};
