/** Every command on the wire, put together from the subjects in commands/. */
import { auditCommands } from "./audit.ts";
import type { Command, Declared } from "./command.ts";
import { custodyCommands } from "./custody.ts";
import { messageCommands } from "./message.ts";
import { pairingCommands } from "./pairing.ts";
import { signingCommands } from "./signing.ts";
import { statusCommands } from "./status.ts";
import { timeCommands } from "./time.ts";
import { walletCommands } from "./wallet.ts";

const declarations = {
  ...statusCommands,
  ...pairingCommands,
  ...custodyCommands,
  ...timeCommands,
  ...walletCommands,
  ...signingCommands,
  ...messageCommands,
  ...auditCommands,
};

/** The name of a command: also the client's method. */
export type CommandName = keyof typeof declarations;

/** What each command takes, gives and may fail with. */
export type Commands = { readonly [N in CommandName]: Declared<(typeof declarations)[N]> };

/** The name of a command with an upload. */
export type UploadName = {
  [N in CommandName]: [Commands[N]["upload"]] extends [never] ? never : N;
}[CommandName];

/** The name of a command whose params are all that it takes. */
export type PlainName = Exclude<CommandName, UploadName>;

/** Every command. The mapped type ties a generic name to its own params, result and errors. */
export const REGISTRY: {
  readonly [N in CommandName]: Command<
    Commands[N]["params"],
    Commands[N]["result"],
    Commands[N]["error"],
    Commands[N]["upload"]
  >;
} = declarations;

/** Whether a text names a command. */
export const isCommandName = (name: string): name is CommandName => Object.hasOwn(REGISTRY, name);

/** Whether a command has an upload. */
export const hasUpload = (name: CommandName): name is UploadName =>
  REGISTRY[name].upload !== undefined;

/** All names, in order of subject. */
export const COMMAND_NAMES: readonly CommandName[] = Object.keys(REGISTRY).filter(isCommandName);

/** The command of a wire code; `undefined` where there is none. */
export const commandOfCode = (code: number): CommandName | undefined =>
  COMMAND_NAMES.find((name) => REGISTRY[name].code === code);
