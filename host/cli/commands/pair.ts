/** `mayfly pair`: a device and this user's host get to know each other by 12 words. */
import { type Failure, fail, type Outcome, ok } from "../../../protocol/errors.ts";
import { isKeyName } from "../../../protocol/session/pairing.ts";
import { type Role, ROLES } from "../../../protocol/session/role.ts";
import { type Client, noiseSuite } from "../../driver/index.ts";
import {
  type HostKey,
  type KnownDevice,
  openHostKey,
  openKnownDevices,
  type Others,
} from "../../identity/index.ts";
import { toHex } from "../bytes.ts";
import { askPairingKey } from "../code-words.ts";
import { withDevice } from "../device.ts";
import { mayflyHome } from "../home.ts";
import { type Output, portWords } from "../output.ts";
import { answer, badOption, declare, PORT } from "../program.ts";
import { createProgress } from "../progress.ts";

interface PairOptions {
  readonly port: string;
  readonly code?: string | undefined;
  readonly role: string;
  readonly replace?: true | undefined;
}

/** What the user chose, understood. */
interface Wish {
  readonly port: string;
  readonly from: "prompt" | "stdin";
  readonly role: Role;
  readonly others: Others;
}

const wishOf = (options: PairOptions): Outcome<Wish, "arguments_invalid"> => {
  const { port, code, role: name } = options;
  const others = options.replace === true ? "give way" : "stay";
  const role = ROLES.find((one) => one === name);
  if (role === undefined) return badOption("--role", `one of ${ROLES.join(", ")}`);
  if (code === "-") return ok({ port, role, others, from: "stdin" });
  // Words among the arguments would stay in the shell's history.
  if (code !== undefined) return badOption("--code", "only -, for standard input");
  if (!process.stdin.isTTY) return badOption("--code", "without a terminal, it must be -");
  return ok({ port, role, others, from: "prompt" });
};

/** A handshake that does not open never says why. */
const explained = (failure: Failure): Failure =>
  failure.error === "session_refused"
    ? fail("session_refused", { why: "the words may be wrong, or the code over" })
    : failure;

/**
 * Trades keys under the words that a person brings over. Who shows the words says its name again
 * under them: what was said before, anyone on the cable may have said.
 */
const tradeUnder = async (
  psk: Uint8Array,
  client: Client,
  hostKey: HostKey,
  { role }: Wish,
  name: string,
) => {
  const status = await client.getStatus({}, { psk });
  if (!status.ok) return explained(status);
  const { name: device } = status.value;
  if (device !== name) return fail("device_changed", { device, before: name });
  const paired = await client.pair({ hostKey: hostKey.publicKey, role }, { psk });
  if (!paired.ok) return explained(paired);
  return isKeyName(paired.value.deviceKey) ? paired : fail("malformed_reply");
};

/** Has the device show words, and trades keys under them. */
const trade = async (
  client: Client,
  hostKey: HostKey,
  wish: Wish,
  name: string,
  signal: AbortSignal,
  output: Output,
) => {
  const { role, from } = wish;
  const progress = createProgress(output, "The device");
  const started = await client.startPairing({ role }, { onProgress: progress.onProgress });
  progress.end();
  if (!started.ok) return started;
  const minutes = Math.round(started.value.lifeMs / 60_000);
  output.tell(`Type the 12 words that it shows; they are good for ${minutes} minutes.`);
  const psk = await askPairingKey(from, signal);
  if (!psk.ok) return psk;
  const paired = await tradeUnder(psk.value, client, hostKey, wish, name);
  psk.value.fill(0);
  return paired;
};

const forgotten = ({ name, role, deviceKey }: KnownDevice): string =>
  `Forgotten: another ${name}, paired as ${role}, with link key ${toHex(deviceKey)}.`;

const pairWith = async (
  client: Client,
  hostKey: HostKey,
  wish: Wish,
  signal: AbortSignal,
  output: Output,
): Promise<Outcome<unknown>> => {
  const status = await client.getStatus({});
  if (!status.ok) return status;
  const { name, phase } = status.value;
  const { role } = wish;
  if (phase === "ready") {
    output.tell(`${name} asks whether to pair a host as ${role}: press yes there.`);
  }
  const paired = await trade(client, hostKey, wish, name, signal, output);
  if (!paired.ok) return paired;
  const devices = openKnownDevices(mayflyHome());
  const kept = devices.replace({ name, role, ...paired.value }, wish.others);
  if (!kept.ok) return kept;
  const { deviceKey, generation } = paired.value;
  const keys = { hostKey: toHex(hostKey.publicKey), deviceKey: toHex(deviceKey) };
  output.say({ event: "paired", name, role, ...keys, generation }, [
    `Paired with ${name} as ${role}; its link key is ${keys.deviceKey}.`,
    ...kept.value.map(forgotten),
  ]);
  output.hint(`Next: mayfly xpub${portWords(wish.port)} --path "m/48'/1'/0'/2'"`);
  return ok(undefined);
};

const pair = async (options: PairOptions, output: Output): Promise<Outcome<unknown>> => {
  const wish = wishOf(options);
  if (!wish.ok) return wish;
  const hostKey = openHostKey(mayflyHome(), noiseSuite.keyPair);
  if (!hostKey.ok) return hostKey;
  return withDevice(wish.value.port, (client, signal) =>
    pairWith(client, hostKey.value, wish.value, signal, output),
  );
};

/** The command. */
export const pairCommand = () =>
  declare("pair", "make a ready device and this host known to each other, by 12 words")
    .requiredOption("--port <port>", PORT)
    .option("--code <from>", "- takes the words from standard input instead of a prompt")
    .option("--replace", "forget another device that this host knows by the same name")
    .option("--role <role>", `what the host is to be trusted with: ${ROLES.join(", ")}`, "vault")
    .action((options) => answer((output) => pair(options, output)));
