/** `mayfly`: the program. Each command has a file of its own in commands/. */
import "#standards";
import { Command, CommanderError, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { fail } from "../../protocol/errors.ts";
import { attestCommand } from "./commands/attest.ts";
import { custodianCommand } from "./commands/custodian.ts";
import { genesisCommand } from "./commands/genesis.ts";
import { provisionCommand, quoteCommand, sealCommand } from "./commands/custody.ts";
import { demoCommand } from "./commands/demo.ts";
import { devicesCommand } from "./commands/devices.ts";
import { emulateCommand } from "./commands/emulate.ts";
import { hostCommand } from "./commands/host.ts";
import { linkCommand } from "./commands/link.ts";
import { manifestCommand } from "./commands/manifest.ts";
import { messageCommand } from "./commands/message.ts";
import { pairCommand } from "./commands/pair.ts";
import { signCommand } from "./commands/sign.ts";
import { statusCommand } from "./commands/status.ts";
import { timeCommand } from "./commands/time.ts";
import { traceCommand } from "./commands/trace.ts";
import { walletCommand, xpubCommand } from "./commands/wallet.ts";
import manifest from "../../package.json" with { type: "json" };
import { createOutput } from "./output.ts";
import { isJsonWanted, refuse } from "./program.ts";

const EXAMPLES = `
At once:       mayfly demo
Step by step:  mayfly host > hosts.json       whom the signer shall know: you
               mayfly emulate --hosts hosts.json   a signer on a serial line
               mayfly status --port A         in another terminal
               mayfly custodian init --out F  the key of one of its custodians
               mayfly genesis --help          then quote, approve, provision
               mayfly wallet register --help  then wallet address, sign`;

const program = new Command("mayfly")
  .description("A hardware signer whose keys live as long as its power.")
  .version(manifest.version)
  .option("--json", "one JSON object per line, for programs")
  .helpOption("-h, --help", "show this text; mayfly COMMAND --help tells more of one")
  .helpCommand(false)
  .addHelpText("after", EXAMPLES)
  .addCommand(demoCommand())
  .addCommand(emulateCommand())
  .addCommand(devicesCommand())
  .addCommand(statusCommand())
  .addCommand(hostCommand())
  .addCommand(pairCommand())
  .addCommand(linkCommand())
  .addCommand(traceCommand())
  .addCommand(manifestCommand())
  .addCommand(custodianCommand())
  .addCommand(genesisCommand())
  .addCommand(quoteCommand())
  .addCommand(provisionCommand())
  .addCommand(sealCommand())
  .addCommand(timeCommand())
  .addCommand(attestCommand())
  .addCommand(xpubCommand())
  .addCommand(walletCommand())
  .addCommand(signCommand())
  .addCommand(messageCommand());

/** commander throws instead of ending the process or speaking for itself, also in subcommands. */
const holdCommander = (command: CommandUnknownOpts): void => {
  command.exitOverride();
  command.configureOutput({ outputError: () => undefined });
  for (const one of command.commands) holdCommander(one);
};

/** A reader that leaves (`mayfly … | head`) ends us as a signal would: nothing stays behind. */
const endWithReader = (): void => {
  process.stdout.on("error", () => process.kill(process.pid, "SIGTERM"));
};

/** commander's own words about arguments that it does not understand. */
const whyOf = ({ code, message }: CommanderError): string =>
  code === "commander.help"
    ? "a command is missing"
    : message.replace(/^error: /, "").replaceAll(/\s+/g, " ");

const run = async (): Promise<void> => {
  const output = createOutput(isJsonWanted());
  try {
    await program.parseAsync();
  } catch (thrown) {
    if (thrown instanceof CommanderError) {
      if (thrown.exitCode !== 0) refuse(output, fail("arguments_invalid", { why: whyOf(thrown) }));
      return;
    }
    // Our own mistake. Its text is for us and could quote a secret: MAYFLY_DEBUG shows it.
    if (process.env["MAYFLY_DEBUG"] === "1") process.stderr.write(`${String(thrown)}\n`);
    refuse(output, fail("unexpected"));
  }
};

endWithReader();
holdCommander(program);
await run();
