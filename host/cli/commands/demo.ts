/** `mayfly demo`: the main job on this machine. */
import { runDemo } from "../demo/run.ts";
import { answer, declare } from "../program.ts";

/** The command. */
export const demoCommand = () =>
  declare("demo", "pay a batch of withdrawals with three emulated signers, from nothing")
    .option(
      "--requests <file>",
      'what to pay, a JSON object per line: {"id","user","address","amountSats"}',
    )
    .option("--unplug <name>", "unplug signer A, B or C in the middle of its work")
    .action((options) => answer((output) => runDemo(options, output)));
