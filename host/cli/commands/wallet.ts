/** `mayfly xpub`, `wallet register`, `wallet address`. */
import { fail, type Outcome, ok } from "../../../protocol/errors.ts";
import { fromHex, toHex } from "../bytes.ts";
import { withOwnDevice } from "../device.ts";
import type { Output } from "../output.ts";
import type { ScriptCheck } from "../own-wallet.ts";
import { formatPath, parsePath } from "../paths.ts";
import { POLICY_HELP, readPolicyFile } from "../policy-file.ts";
import { answer, badOption, declare, declareGroup, PORT } from "../program.ts";
import { checkReturnedAddress } from "../returned-address.ts";
import { checkReturnedKey } from "../returned-key.ts";

const xpub = async (port: string, text: string, output: Output) => {
  const path = parsePath(text);
  if (!path.ok) return path;
  return withOwnDevice(port, async (client) => {
    const reply = await client.getXpub({ path: path.value });
    if (!reply.ok) return reply;
    const checked = checkReturnedKey(reply.value.xpub, path.value, reply.value.fingerprint);
    if (!checked.ok) return checked;
    const fingerprint = toHex(reply.value.fingerprint);
    const origin = [fingerprint, formatPath(path.value)].filter((part) => part !== "").join("/");
    const key = `[${origin}]${checked.value}`;
    output.say({ event: "xpub", key, fingerprint, path: text }, [key]);
    return ok(undefined);
  });
};

/** `xpub`. */
export const xpubCommand = () =>
  declare("xpub", "an extended public key with its origin")
    .requiredOption("--port <port>", PORT)
    .requiredOption("--path <path>", "where it stands, such as m/48'/1'/0'/2'")
    .action((options) => answer((output) => xpub(options.port, options.path, output)));

const register = async (port: string, file: string, output: Output): Promise<Outcome<unknown>> => {
  const read = readPolicyFile(file);
  if (!read.ok) return read;
  const policy = read.value;
  // Loaded on demand: bitcoinjs-lib would double every command's start.
  const { registerChecked } = await import("../registering.ts");
  return withOwnDevice(port, async (client): Promise<Outcome<unknown>> => {
    const registered = await registerChecked(client, policy);
    if (!registered.ok) {
      return registered.error === "invalid_params"
        ? fail("wallet_malformed", { file })
        : registered;
    }
    const walletId = toHex(registered.value.walletId);
    const descriptors = [registered.value.receive, registered.value.change];
    output.say({ event: "registered", walletId, name: policy.name, descriptors }, [
      `${policy.name} is registered: ${walletId}`,
      ...descriptors,
    ]);
    return ok(undefined);
  });
};

const registerCommand = () =>
  declare("register", "make a wallet policy known to a device (BIP-388; emulators only)")
    .requiredOption("--port <port>", PORT)
    .requiredOption("--policy <file>", "the wallet's policy, JSON as below")
    .addHelpText("after", POLICY_HELP)
    .action((options) => answer((output) => register(options.port, options.policy, output)));

/** A check of a returned script against the policy in a file; without a file there is none. */
const scriptCheck = async (
  file: string | undefined,
  isChange: boolean,
  index: number,
): Promise<Outcome<ScriptCheck>> => {
  if (file === undefined) return ok(() => ok(undefined));
  const policy = readPolicyFile(file);
  if (!policy.ok) return policy;
  // Loaded on demand: bitcoinjs-lib would double every command's start.
  const { ownScriptCheck } = await import("../own-wallet.ts");
  return ownScriptCheck(policy.value, { branch: isChange ? 1 : 0, index });
};

interface AddressOptions {
  readonly port: string;
  readonly wallet: string;
  readonly index: string;
  readonly policy?: string | undefined;
  readonly change?: true | undefined;
  readonly show?: true | undefined;
}

const address = async (options: AddressOptions, output: Output): Promise<Outcome<unknown>> => {
  const walletId = fromHex(options.wallet);
  if (walletId?.length !== 32) return badOption("--wallet", "not 64 hex digits");
  const index = /^\d{1,10}$/.test(options.index) ? Number(options.index) : Number.NaN;
  if (!(index < 0x8000_0000)) {
    return badOption("--index", "not a whole number below 2147483648");
  }
  const isChange = options.change === true;
  const check = await scriptCheck(options.policy, isChange, index);
  if (!check.ok) return check;
  return withOwnDevice(options.port, async (client) => {
    const isShown = options.show === true;
    const reply = await client.getAddress(
      { walletId, isChange, index, isShown },
      isShown ? { timeoutMs: 150_000 } : {},
    );
    if (!reply.ok) return reply;
    const checked = checkReturnedAddress(reply.value.address, reply.value.scriptPubKey);
    if (!checked.ok) return checked;
    const own = check.value(reply.value.scriptPubKey);
    if (!own.ok) return own;
    const scriptHex = toHex(reply.value.scriptPubKey);
    const path = `${isChange ? 1 : 0}/${index}`;
    output.say({ event: "address", address: checked.value, path, scriptHex }, [checked.value]);
    return ok(undefined);
  });
};

const addressCommand = () =>
  declare("address", "an address, derived by the device")
    .requiredOption("--port <port>", PORT)
    .requiredOption("--wallet <id>", "the wallet's id, 64 hex digits")
    .requiredOption("--index <i>", "which address, from 0")
    .option("--policy <file>", "the wallet's policy: the host derives the address too")
    .option("--change", "of the change branch")
    .option("--show", "show it on the device and wait for a press")
    .action((options) => answer((output) => address(options, output)));

/** The command and its subcommands. */
export const walletCommand = () =>
  declareGroup("wallet", "register wallets, derive addresses")
    .addCommand(registerCommand())
    .addCommand(addressCommand());
