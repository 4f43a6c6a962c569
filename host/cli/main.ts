/** `mayfly`: the program. Each command has a file of its own in commands/. */
import { Command, CommanderError, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { fail } from "../../protocol/errors.ts";
import { custodianCommand } from "./commands/custodian.ts";
import { genesisCommand, provisionCommand, quoteCommand, sealCommand } from "./commands/custody.ts";
import { demoCommand } from "./commands/demo.ts";
import { devicesCommand } from "./commands/devices.ts";
import { emulateCommand } from "./commands/emulate.ts";
import { signCommand } from "./commands/sign.ts";
import { statusCommand } from "./commands/status.ts";
import { walletCommand, xpubCommand } from "./commands/wallet.ts";
import { createOutput } from "./output.ts";
import { EXIT } from "./program.ts";

const program = new Command("mayfly")
  .description("A hardware signer whose keys live as long as its power")
  .showHelpAfterError("(mayfly --help lists the commands)")
  .configureOutput({ outputError: () => undefined })
  .addCommand(demoCommand())
  .addCommand(emulateCommand())
  .addCommand(devicesCommand())
  .addCommand(statusCommand())
  .addCommand(custodianCommand())
  .addCommand(genesisCommand())
  .addCommand(quoteCommand())
  .addCommand(provisionCommand())
  .addCommand(sealCommand())
  .addCommand(xpubCommand())
  .addCommand(walletCommand())
  .addCommand(signCommand());

/** commander throws instead of ending the process, also in subcommands. */
const holdExit = (command: CommandUnknownOpts): void => {
  command.exitOverride();
  for (const one of command.commands) holdExit(one);
};

const run = async (): Promise<void> => {
  const output = createOutput(process.argv.includes("--json"));
  try {
    await program.parseAsync();
  } catch (thrown) {
    if (thrown instanceof CommanderError) {
      if (thrown.exitCode === 0) return;
      const why = thrown.message.replace(/^error: /, "").replaceAll(/\s+/g, " ");
      output.refuse(fail("arguments_invalid", { why }));
      process.exitCode = EXIT.arguments;
      return;
    }
    // Our own mistake. Its text is for us, and could quote what it should not: MAYFLY_DEBUG shows it.
    if (process.env["MAYFLY_DEBUG"] === "1") process.stderr.write(`${String(thrown)}\n`);
    output.refuse(fail("unexpected"));
    process.exitCode = EXIT.failed;
  }
};

holdExit(program);
await run();
