/** The wire and nothing else: what both ends of a cable share. */
export { decodeAs, decodeCbor, encodeAs, encodeCbor } from "./cbor.ts";
export { COMMON_ERRORS, type CommonError } from "./command.ts";
export { decodeMessage, encodeMessage, type Message, type Request } from "./envelope.ts";
export * from "./errors.ts";
export { PROTOCOL_VERSION, type Hello } from "./hello.ts";
export { LIMITS } from "./limits.ts";
export { createLink, type Link, type LinkEvent, type LinkOutput } from "./link.ts";
export { PHASES, type Phase, TRANSITIONS } from "./phase.ts";
export * from "./registry.ts";
export { readWire } from "./schema.ts";
export * from "./share.ts";
