/** How every command is declared, run and answered for: options, output, exit code. */
import { Command } from "@commander-js/extra-typings";
import type { ErrorName, Outcome } from "../../protocol/errors.ts";
import { createOutput, type Output } from "./output.ts";

/** 0 done; 1 refused, held or failed; 2 arguments not understood. */
export const EXIT = { done: 0, failed: 1, arguments: 2 } as const;

/** A command that has not been given its own options yet. */
export const declare = (name: string, summary: string) =>
  new Command(name)
    .description(summary)
    .option("--json", "one JSON object per line", false)
    .allowExcessArguments(false);

/** Runs a command's work and turns a refusal into its sentence and exit code. */
export const answer = async (
  { json }: { readonly json: boolean },
  work: (output: Output) => Promise<Outcome<unknown>>,
): Promise<void> => {
  const output = createOutput(json);
  const outcome = await work(output);
  if (outcome.ok) return;
  output.refuse(outcome);
  process.exitCode = exitCodeOf(outcome.error);
};

/** The exit code of a refusal. */
export const exitCodeOf = (error: ErrorName): number =>
  error === "arguments_invalid" ? EXIT.arguments : EXIT.failed;
