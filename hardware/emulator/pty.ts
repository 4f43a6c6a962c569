/**
 * The emulator's cable: the master of a pseudo-terminal whose slave programs open as a port.
 */
import type { Link } from "../../firmware/hal.ts";
import type { Outcome } from "../../protocol/errors.ts";

/** The emulator's end of the cable; a program that opens `path` holds the other end. */
export interface Pty extends Link {
  /** The slave's own path, `/dev/pts/N`. */
  readonly path: string;
  /** How many bytes `send` has dropped: nobody attached, or the queue was full. */
  readonly droppedBytes: () => number;
  /** Frees the descriptors and removes the link if it is still ours; repeating it is harmless. */
  readonly close: () => void;
}

/** Why a pty does not open. Details carry `path`, or `why`. */
export type PtyError = "file_exists" | "file_unreadable" | "emulator_failed";

/** The type of `openPty`: never throws. */
export type OpenPty = (linkPath: string | undefined) => Outcome<Pty, PtyError>;
