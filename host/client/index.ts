/**
 * What a program needs of the host's side to talk to a signer: the driver's client, and the way to
 * a port. The package's `mayfly/client`.
 */
import "#standards";
import type { OpenLine } from "../driver/index.ts";
import { openPort as openPortOnce, type PortOptions } from "../serial/index.ts";

export * from "../driver/index.ts";
export { openIdentity } from "../cli/identity.ts";
export { listPorts, type PortDescription, type PortOptions } from "../serial/index.ts";
export type { ErrorName, Failure, Outcome } from "../../protocol/errors.ts";

/**
 * The line of a port, opened afresh at each call: a serial port's path, or an emulator's
 * `unix:PATH` or `tcp://127.0.0.1:PORT`.
 */
export const openPort =
  (path: string, options: PortOptions = {}): OpenLine =>
  () =>
    openPortOnce(path, options);
