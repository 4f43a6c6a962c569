/** Where a message came from, and the way back. */
import type { Message } from "../../protocol/call/envelope.ts";
import type { Caller } from "../../protocol/session/role.ts";

/** A session as the calls see it. */
export interface Origin {
  /** Unique within the boot. */
  readonly session: number;
  readonly caller: Caller;
  /** 32 bytes: both ends have the same, and no other session has it. */
  readonly handshakeHash: Uint8Array;
  /**
   * Takes messages to send, in order. They are made as they are pulled, when the line takes them:
   * a large result never lies in memory twice. Iterables may be pulled in turn.
   */
  readonly send: (messages: Iterable<Message>) => void;
}
