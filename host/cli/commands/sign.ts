/** `mayfly sign`: signatures of one or more devices into a PSBT. */
import { answer, declare } from "../program.ts";

/** The command. Its work is loaded on demand: bitcoinjs-lib would double every command's start. */
export const signCommand = () =>
  declare("sign", "add signatures of one or more devices to a PSBT")
    .usage("<file> --port <port...> [options]")
    .argument("<file>", "a PSBT, binary, base64 or hex; - for standard input")
    .requiredOption("--port <port...>", "the devices: paths, names or serial numbers")
    .option("--wallet <id>", "the wallet it spends from; else the one that owns its first input")
    .option("--out <file>", "write the PSBT there instead of on the screen")
    .option("--force", "let --out replace a file that is there")
    .action((file, options) =>
      answer(async (output) => {
        const { sign } = await import("../signing.ts");
        return sign(file, options, output);
      }),
    );
