/** `mayfly message sign`, `message verify`. */
import { answer, declare, declareGroup } from "../program.ts";

/** Its work is loaded on demand: bitcoinjs-lib would double every command's start. */
const signCommand = () =>
  declare("sign", "sign a message for an address of a wallet (BIP-322)")
    .usage("<text> --port <port...> --wallet <id> --index <i> [options]")
    .argument("<text>", "the message, as it is")
    .requiredOption("--port <port...>", "the devices: paths, names or serial numbers")
    .requiredOption("--wallet <id>", "the wallet's id, 64 hex digits")
    .requiredOption("--index <i>", "which address, from 0")
    .option("--change", "of the change branch")
    .option("--legacy", "the form from before BIP-322; wallets of one key, not taproot")
    .option("--full", "the whole transaction of BIP-322, where its witness would do")
    .option("--funds <psbt>", "prove the coins that the inputs of a PSBT (version 0) name, too")
    .action((text, options) =>
      answer(async (output) => {
        const { funds } = options;
        if (funds !== undefined) {
          const { proveFunds } = await import("../proofs.ts");
          return proveFunds(text, { ...options, funds }, output);
        }
        const { signMessage } = await import("../messages.ts");
        return signMessage(text, options, output);
      }),
    );

const verifyCommand = () =>
  declare("verify", "verify a signed message (BIP-322 or legacy), anybody's")
    .usage("<text> --address <address> --signature <text>")
    .argument("<text>", "the message, as it is")
    .requiredOption("--address <address>", "whose signature it should be")
    .requiredOption("--signature <text>", "the signature, base64")
    .action((text, options) =>
      answer(async (output) => {
        const { verifySigned } = await import("../messages.ts");
        return verifySigned(text, options, output);
      }),
    );

/** The command and its subcommands. */
export const messageCommand = () =>
  declareGroup("message", "sign messages for a wallet's addresses, verify anybody's")
    .addCommand(signCommand())
    .addCommand(verifyCommand());
