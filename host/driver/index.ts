/** The driver: a typed client of one signer, over any line. */
export {
  type CallOptions,
  type Client,
  DRIVER_ERRORS,
  type DriverError,
  type Methods,
  openClient,
  type Reply,
} from "./client.ts";
export type { ConnectError } from "./connection.ts";
export type { Line, LineError, OpenLine } from "./line.ts";
export type { SessionEvent, SessionOptions } from "./session.ts";
