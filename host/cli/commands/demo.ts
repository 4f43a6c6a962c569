/** `mayfly demo`: the main job on this machine. */
import { answer, declare } from "../program.ts";

/** The command. Its work is loaded on demand: bitcoinjs-lib would double every command's start. */
export const demoCommand = () =>
  declare("demo", "pay a batch of withdrawals with three emulated signers, from nothing")
    .option("--requests <file>", 'what to pay, JSON lines {"id","user","address", "amountSats"}')
    .option("--unplug <name>", "unplug signer A, B or C in the middle of its work")
    .action((options) =>
      answer(async (output) => {
        const { runDemo } = await import("../demo/run.ts");
        return runDemo(options, output);
      }),
    );
