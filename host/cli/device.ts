/** From `--port` to a connected signer. */
import { existsSync, statSync } from "node:fs";
import { fail, type Outcome, ok } from "../../protocol/errors.ts";
import { isSocketName, unixName } from "../../protocol/link/port-name.ts";
import {
  type Client,
  type ClientOptions,
  type ConnectError,
  openClient,
  SYSTEM_CLOCK,
} from "../driver/index.ts";
import { overSocket } from "../link/index.ts";
import { listPorts } from "../serial/index.ts";
import { runFolder } from "./home.ts";
import { openIdentity } from "./identity.ts";
import { openLine } from "./open-line.ts";
import { holderOfLink, runningEmulators } from "./running.ts";

/** The path that a port's path, a device's name or a serial number stands for. */
export const findPort = (port: string): Outcome<string, "port_missing"> => {
  if (isSocketName(port)) return ok(port);
  if (port.includes("/")) {
    const own = holderOfLink(runFolder(), unixName(port)); // or it would be taken for a link's
    return existsSync(port) ? ok(own?.path ?? port) : fail("port_missing", { port });
  }
  const emulator = runningEmulators(runFolder()).find(({ name }) => name === port);
  if (emulator !== undefined) return ok(emulator.path);
  const serial = listPorts().find(({ serialNumber }) => serialNumber === port);
  if (serial !== undefined) return ok(serial.path);
  return existsSync(port) ? ok(port) : fail("port_missing", { port });
};

const isSocket = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isSocket() === true;

/** The same, where it must be the line itself and not the socket of a link. */
export const findLine = (port: string): Outcome<string, "port_missing" | "not_a_signer"> => {
  const path = findPort(port);
  return path.ok && isSocket(path.value)
    ? fail("not_a_signer", { port, why: "a link's socket is no line: name its port" })
    : path;
};

/** The way to the signer: through the socket of `mayfly link`, or over the line itself. */
const wayTo = (path: string) =>
  isSocket(path) ? { wire: overSocket(path, SYSTEM_CLOCK) } : { open: () => openLine(path) };

/**
 * Opens the signer on a port, or behind the socket of a link. Its failures name the port as the
 * user wrote it.
 */
export const openDevice = async (
  port: string,
  options: Omit<ClientOptions, "open" | "wire"> = {},
): Promise<Outcome<Client, ConnectError>> => {
  const path = findPort(port);
  if (!path.ok) return path;
  const client = await openClient({ ...options, ...wayTo(path.value) });
  if (client.ok) return client;
  const { path: _, ...details } = client.details ?? {};
  return fail(client.error, { port, ...details });
};

/** Says which phase a device is in, where it refused a command for that. */
const explain = async <T, E extends Parameters<typeof fail>[0]>(
  client: Client,
  outcome: Outcome<T, E>,
): Promise<Outcome<T, E>> => {
  if (outcome.ok || outcome.error !== "wrong_phase") return outcome;
  const status = await client.getStatus({});
  if (!status.ok) return outcome;
  const { name, phase } = status.value;
  return fail(outcome.error, { ...outcome.details, device: name, phase });
};

const ENDS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * A signal that Ctrl-C, and what else ends us, gives: it ends what the device was asked, not only
 * our wait for it. `end` gives the keys back to the system.
 */
export const interruption = (): { readonly signal: AbortSignal; readonly end: () => void } => {
  const interrupted = new AbortController();
  const abort = (): void => interrupted.abort();
  // Not once: whoever starts us may pass on a signal that we had already, and it must not kill us.
  for (const name of ENDS) process.on(name, abort);
  const end = (): void => {
    for (const name of ENDS) process.off(name, abort);
  };
  return { signal: interrupted.signal, end };
};

type ErrorOf = Parameters<typeof fail>[0];

/** What is done with a signer; the signal is given when the user wants it ended. */
type Work<T, E extends ErrorOf> = (client: Client, signal: AbortSignal) => Promise<Outcome<T, E>>;

const runWith = async <T, E extends ErrorOf>(
  port: string,
  options: Pick<ClientOptions, "identity">,
  work: Work<T, E>,
): Promise<Outcome<T, E | ConnectError>> => {
  const { signal, end } = interruption();
  const client = await openDevice(port, { ...options, reconnectMs: 5000, signal });
  if (!client.ok) {
    end();
    return client;
  }
  try {
    return await explain(client.value, await work(client.value, signal));
  } finally {
    end();
    await client.value.close();
  }
};

/** Runs `work` with the signer on a port, as anyone, and closes it whatever comes of it. */
export const withDevice = <T, E extends ErrorOf>(
  port: string,
  work: Work<T, E>,
): Promise<Outcome<T, E | ConnectError>> => runWith(port, {}, work);

/** The same as this user's host, which the device must know. */
export const withOwnDevice = async <T, E extends ErrorOf>(
  port: string,
  work: Work<T, E>,
): Promise<Outcome<T>> => {
  const identity = openIdentity();
  return identity.ok ? runWith(port, { identity: identity.value }, work) : identity;
};
