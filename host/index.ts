/** The package's `mayfly/client`: the driver, and the ways to a signer from this machine. */
import "#standards";

export * from "./driver/index.ts";
export { openDevice } from "./cli/device.ts";
export { openIdentity } from "./cli/identity.ts";
export { overSocket } from "./link/index.ts";
export {
  type CloseReason,
  listPorts,
  openPort,
  type Port,
  type PortDescription,
  type PortError,
  type PortOptions,
} from "./serial/index.ts";
export type { ErrorName, Failure, Outcome } from "../protocol/errors.ts";
