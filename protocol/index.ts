/** The wire and nothing else: what both ends of a cable share. */
export * from "./attestation.ts";
export { decodeAs, decodeCbor, encodeAs, encodeCbor } from "./cbor/cbor.ts";
export { COMMON_ERRORS, type CommonError } from "./commands/command.ts";
export { decodeMessage, encodeMessage, type Message, type Request } from "./call/envelope.ts";
export { decodeSign1, openSign1, type Sign1 } from "./cose/sign1.ts";
export * from "./errors.ts";
export { PROTOCOL_VERSION, type Hello } from "./link/hello.ts";
export { LIMITS } from "./limits.ts";
export { createLink, type Link, type LinkEvent } from "./link/link.ts";
export { PHASES, type Phase, TRANSITIONS } from "./phase.ts";
export * from "./commands/registry.ts";
export { readWire } from "./cbor/schema.ts";
export * from "./share.ts";
