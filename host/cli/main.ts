/** `mayfly`: the program. Each command has a file of its own in commands/. */
import "#standards";
import { Command, CommanderError, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { fail } from "../../protocol/errors.ts";
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
  .addHelpText("after", EXAMPLES);

/** In the order of the help. Each loads only what it needs: the libraries of some take 100 ms. */
const COMMANDS: Readonly<Record<string, () => Promise<CommandUnknownOpts>>> = {
  demo: async () => (await import("./commands/demo.ts")).demoCommand(),
  emulate: async () => (await import("./commands/emulate.ts")).emulateCommand(),
  devices: async () => (await import("./commands/devices.ts")).devicesCommand(),
  status: async () => (await import("./commands/status.ts")).statusCommand(),
  host: async () => (await import("./commands/host.ts")).hostCommand(),
  pair: async () => (await import("./commands/pair.ts")).pairCommand(),
  link: async () => (await import("./commands/link.ts")).linkCommand(),
  trace: async () => (await import("./commands/trace.ts")).traceCommand(),
  manifest: async () => (await import("./commands/manifest.ts")).manifestCommand(),
  custodian: async () => (await import("./commands/custodian.ts")).custodianCommand(),
  genesis: async () => (await import("./commands/genesis.ts")).genesisCommand(),
  quote: async () => (await import("./commands/custody.ts")).quoteCommand(),
  provision: async () => (await import("./commands/custody.ts")).provisionCommand(),
  seal: async () => (await import("./commands/custody.ts")).sealCommand(),
  time: async () => (await import("./commands/time.ts")).timeCommand(),
  attest: async () => (await import("./commands/attest.ts")).attestCommand(),
  xpub: async () => (await import("./commands/wallet.ts")).xpubCommand(),
  wallet: async () => (await import("./commands/wallet.ts")).walletCommand(),
  sign: async () => (await import("./commands/sign.ts")).signCommand(),
  message: async () => (await import("./commands/message.ts")).messageCommand(),
};

/** The command that is asked for, or all, where help or a refusal is to name them. */
const loadCommands = async (): Promise<void> => {
  const [first = ""] = process.argv.slice(2).filter((word) => word !== "--json");
  const wanted = Object.hasOwn(COMMANDS, first) ? COMMANDS[first] : undefined;
  const loads = wanted === undefined ? Object.values(COMMANDS) : [wanted];
  for (const command of await Promise.all(loads.map((load) => load()))) {
    program.addCommand(command);
  }
};

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

/** No await outside of a function: a binary's bytecode knows none. */
const main = async (): Promise<void> => {
  endWithReader();
  await loadCommands();
  holdCommander(program);
  await run();
};

void main();
