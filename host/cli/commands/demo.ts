/** `mayfly demo`: the main job on this machine. */
import { runDemo } from "../demo/run.ts";
import { answer, declare } from "../program.ts";

/** The command. */
export const demoCommand = () =>
  declare("demo", "one batch of withdrawals through three emulated signers")
    .option("--requests <file>", 'JSON lines {"id","user","address","amountSats"}')
    .option("--unplug <name>", "unplug signer A, B or C in the middle of its work")
    .action((options) => answer(options, (output) => runDemo(options, output)));
