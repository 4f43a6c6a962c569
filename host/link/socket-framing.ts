/** Messages of the link's socket, cut out of a stream: `length (4, big-endian) || CBOR`. */
import { concat } from "../../protocol/bytes.ts";
import { decodeAs, encodeAs } from "../../protocol/cbor/cbor.ts";
import { SOCKET_MESSAGE, type SocketMessage } from "../../protocol/session/socket-message.ts";

const HEAD = 4;

/** The bytes of a message. */
export const frameMessage = (message: SocketMessage): Uint8Array => {
  const body = encodeAs(SOCKET_MESSAGE, message);
  const head = new Uint8Array(HEAD);
  new DataView(head.buffer).setUint32(0, body.length);
  return concat(head, body);
};

/** What stands next in the stream. */
export type NextMessage =
  | { readonly kind: "message"; readonly message: SocketMessage }
  /** Not whole yet. */
  | { readonly kind: "nothing" }
  /** Too long, or no message: nothing that follows can be read. */
  | { readonly kind: "malformed" };

/** The bytes that have come, read one message at a time. */
export interface MessageReader {
  readonly push: (bytes: Uint8Array) => void;
  readonly next: () => NextMessage;
  /** Bytes that have come and were not read. */
  readonly held: () => number;
}

const NOTHING = { kind: "nothing" } as const;
const MALFORMED = { kind: "malformed" } as const;

/** A reader of messages of at most `limit` bytes; a longer one is refused by its length alone. */
export const createMessageReader = (limit: number): MessageReader => {
  let held = new Uint8Array(0);
  let at = 0;
  return {
    push: (bytes) => {
      held = Uint8Array.from(concat(held.subarray(at), bytes));
      at = 0;
    },
    next: () => {
      const left = held.length - at;
      if (left < HEAD) return NOTHING;
      const length = new DataView(held.buffer, held.byteOffset + at, HEAD).getUint32(0);
      if (length > limit) return MALFORMED;
      if (left < HEAD + length) return NOTHING;
      const end = at + HEAD + length;
      const message = decodeAs(SOCKET_MESSAGE, held.subarray(at + HEAD, end));
      if (message === undefined) return MALFORMED;
      at = end;
      return { kind: "message", message };
    },
    held: () => held.length - at,
  };
};
