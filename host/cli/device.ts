/** From `--port` to a connected signer. */
import { existsSync } from "node:fs";
import { fail, type Outcome, ok } from "../../protocol/errors.ts";
import {
  type Client,
  type ConnectError,
  openClient,
  type SessionOptions,
} from "../driver/index.ts";
import { listPorts, openPort } from "../serial/index.ts";
import { runFolder } from "./home.ts";
import { runningEmulators } from "./running.ts";

/** The path that a port's path, a device's name or a serial number stands for. */
export const findPort = (port: string): Outcome<string, "port_missing"> => {
  if (port.includes("/")) return existsSync(port) ? ok(port) : fail("port_missing", { port });
  const emulator = runningEmulators(runFolder()).find(({ name }) => name === port);
  if (emulator !== undefined) return ok(emulator.path);
  const serial = listPorts().find(({ serialNumber }) => serialNumber === port);
  if (serial !== undefined) return ok(serial.path);
  return existsSync(port) ? ok(port) : fail("port_missing", { port });
};

/** Opens the signer on a port. Its failures name the port as the user wrote it. */
export const openDevice = async (
  port: string,
  options: Omit<SessionOptions, "open"> = {},
): Promise<Outcome<Client, ConnectError>> => {
  const path = findPort(port);
  if (!path.ok) return path;
  const client = await openClient({ ...options, open: () => openPort(path.value) });
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

/** Ctrl-C, and what else ends us, ends what the device was asked, not only our wait for it. */
const interruption = () => {
  const interrupted = new AbortController();
  const abort = (): void => interrupted.abort();
  for (const name of ENDS) process.once(name, abort);
  const end = (): void => {
    for (const name of ENDS) process.off(name, abort);
  };
  return { signal: interrupted.signal, end };
};

/** Runs `work` with the signer on a port, and closes it whatever comes of it. */
export const withDevice = async <T, E extends Parameters<typeof fail>[0]>(
  port: string,
  work: (client: Client) => Promise<Outcome<T, E>>,
): Promise<Outcome<T, E | ConnectError>> => {
  const { signal, end } = interruption();
  const client = await openDevice(port, { reconnectMs: 5000, signal });
  if (!client.ok) {
    end();
    return client;
  }
  try {
    return await explain(client.value, await work(client.value));
  } finally {
    end();
    await client.value.close();
  }
};
