/**
 * What `mayfly link` and its clients say to each other over a Unix stream socket (SPEC, section
 * 5): each message is `length (4, big-endian) || CBOR`. Sessions are end to end: what a record
 * holds is no business of the link's.
 */
import { bool, bytes, choice, field, type Infer, map, readWire } from "../cbor/schema.ts";
import { OTHER } from "../cbor/form.ts";
import { type Schema, uint } from "../cbor/schema.ts";
import { LIMITS } from "../limits.ts";

const HELLO_BYTES = bytes(1, LIMITS.framePayloadMaximum);

/** From the link, once for each connection: a channel of a link that is up. */
const OPEN = map({
  kind: field(0, choice("open")),
  /** The payloads of HELLO and HELLO_ACK, exactly as they crossed the line. */
  hostHello: field(1, HELLO_BYTES),
  deviceHello: field(2, HELLO_BYTES),
  epoch: field(3, uint(0xffff)),
  channel: field(4, uint(LIMITS.channels - 1)),
  /** The last handshake counter that was used on the channel. */
  counter: field(5, uint(0xffff)),
});

/** Both ways: a record of the channel. */
const RECORD = map({
  kind: field(0, choice("record")),
  isHandshake: field(1, bool()),
  bytes: field(2, bytes(0, LIMITS.record)),
});

/** From the link, as its last word: the link is over, or before any `open`, no channel is free. */
const DOWN = map({ kind: field(0, choice("down")) });

/** A message of the socket. */
export type SocketMessage = Infer<typeof OPEN> | Infer<typeof RECORD> | Infer<typeof DOWN>;

/** The link's `open`. */
export type SocketOpen = Infer<typeof OPEN>;

/** A record on its way to or from the link. */
export type SocketRecord = Infer<typeof RECORD>;

/** The shape of every message of the socket. */
export const SOCKET_MESSAGE: Schema<SocketMessage> = {
  form: OTHER,
  cddl: [OPEN, RECORD, DOWN].map(({ cddl }) => cddl).join(" / "),
  check: (value): value is SocketMessage =>
    OPEN.check(value) || RECORD.check(value) || DOWN.check(value),
  toWire: (value) => [OPEN, RECORD, DOWN].find(({ check }) => check(value))?.toWire(value),
  fromWire: (wire) => readWire(OPEN, wire) ?? readWire(RECORD, wire) ?? readWire(DOWN, wire),
};

/** Bytes of a map's head, its keys and small values, beyond the byte strings that it holds. */
const AROUND = 64;

/** Bytes of CBOR of the longest message: a client says records only. */
export const SOCKET_LIMITS = {
  fromClient: LIMITS.record + AROUND,
  fromLink: 2 * LIMITS.framePayloadMaximum + AROUND,
} as const;
