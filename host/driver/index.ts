/** The driver: a typed client of one signer, over any line. */
export type { CallProgress, WireOutcome } from "./call.ts";
export { type ClientOptions, lazyClient, openClient } from "./client.ts";
export {
  type CallOptions,
  type Client,
  DRIVER_ERRORS,
  type DriverError,
  type Intercept,
  type Methods,
  type Reply,
  type SeenCall,
} from "./methods.ts";
export { type HostClock, SYSTEM_CLOCK } from "./clock.ts";
export type { DeviceStatus, Grant, Identity, KnownDevice } from "./identity.ts";
export type { Observe } from "./driven-link.ts";
export { type ChannelRecord, connectLine, type LineLink } from "./line-link.ts";
export type { Line, LineError, OpenLine } from "./line.ts";
export { noiseSuite } from "./noise-suite.ts";
export type { RemoteEvent, RemoteOptions } from "./remote.ts";
export type { ConnectError, ConnectOptions, OpenWire, Wire } from "./wire.ts";
