/**
 * A wire: one channel of a link that is up. A program that opens the port itself has one, and so
 * has each client of `mayfly link`; sessions are made on top of it.
 */
import type { ErrorName, Outcome } from "../../protocol/errors.ts";
import type { Hello } from "../../protocol/link/hello.ts";
import type { ChannelBinding } from "../../protocol/session/binding.ts";
import type { LineError } from "./line.ts";

/** One channel of a link. Nothing here throws or rejects, also after the end. */
export interface Wire {
  /** What the device said of itself when the link came up. */
  readonly peer: Hello;
  readonly binding: ChannelBinding;
  /** The last handshake counter that was used on the channel. */
  readonly lastCounter: number;
  /** False where the link is down or has no room just now. */
  readonly send: (record: Uint8Array, isHandshake: boolean) => boolean;
  /** How many records `send` takes now. */
  readonly room: () => number;
  /** Calls `action` whenever there may be room again. */
  readonly onRoom: (action: () => void) => void;
  readonly onRecord: (action: (record: Uint8Array, isHandshake: boolean) => void) => void;
  /** Calls `action` once when the link is over, or soon if it is already; never after `close`. */
  readonly onDown: (action: () => void) => void;
  /** Lets what was sent arrive, within a moment. Repeating it is harmless. */
  readonly close: () => Promise<void>;
}

/** Why no wire came about. */
export type ConnectError =
  | LineError
  | Extract<
      ErrorName,
      "link_down" | "link_loopback" | "link_incompatible" | "bytes_without_frames" | "cancelled"
    >;

/** How long to wait for a signer, and what ends the wait early. */
export interface ConnectOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Opens a wire afresh; called again for every reconnection. Never throws. */
export type OpenWire = (options: ConnectOptions) => Promise<Outcome<Wire, ConnectError>>;
