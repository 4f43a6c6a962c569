/** One cable for several programs: the hub that owns the port, and the way to it. */
export { type SharedPort, sharePort, type ShareOptions } from "./share.ts";
export { LINK_LISTENS, type SocketFileError } from "./socket-file.ts";
export { LINK_FULL, overSocket } from "./socket-wire.ts";
