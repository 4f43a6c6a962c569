/**
 * A serial port as the host's link sees it: bytes out, bytes in, and the news that it is gone.
 */
import type { Outcome } from "../../protocol/errors.ts";

/** Why a port is closed: the other side went away, or we closed it. */
export type CloseReason = "hang-up" | "closed";

/** An open port: ordered bytes, which may be corrupted or lost on the way. */
export interface Port {
  /** The path it was opened by. */
  readonly path: string;
  /**
   * Queues a copy of the bytes; resolves when they are with the operating system or the port is
   * closed. Never rejects; after a close it does nothing.
   */
  readonly write: (bytes: Uint8Array) => Promise<void>;
  /** Sets who gets the bytes. What came before is kept and handed over first. */
  readonly onBytes: (action: (bytes: Uint8Array) => void) => void;
  /** Calls `action` once when the port is closed, or soon if it is closed already. */
  readonly onClose: (action: (reason: CloseReason) => void) => void;
  /** Closes the port and frees its descriptor; repeating it is harmless. Never rejects. */
  readonly close: () => Promise<void>;
}

/** Settings of a port. */
export interface PortOptions {
  /** Bits per second; 115200 unless told. USB gadgets and ptys ignore it. */
  readonly baudRate?: number;
}

/** Why a port does not open. Details carry `path`, and `why` with `not_a_signer`. */
export type PortError = "port_missing" | "port_busy" | "port_denied" | "not_a_signer";

/** The type of `openPort`: never throws, never rejects. */
export type OpenPort = (path: string, options?: PortOptions) => Promise<Outcome<Port, PortError>>;
