/**
 * The emulator's cable: the master of a pseudo-terminal (pty(7)) whose slave programs open as a
 * serial port. The emulator keeps no slave open itself, so that it notices who comes and goes.
 */
import { chmodSync } from "node:fs";
import type { Link } from "../../../firmware/hal.ts";
import { fail, ok, type Outcome } from "../../../protocol/errors.ts";
import { LIMITS } from "../../../protocol/limits.ts";
import {
  closeDescriptor,
  grantSlave,
  lockSlave,
  openMaster,
  openTerminal,
  pollMaster,
  releaseSlave,
  setRawMode,
  unlockSlave,
} from "./libc.ts";
import { watchCable } from "./pty-cable.ts";
import { placeLink, removeLink } from "./line-name.ts";
import { createSendQueue } from "./pty-queue.ts";

/** The emulator's end of the cable; a program that opens `path` holds the other end. */
export interface Pty extends Link {
  /** The slave's own path, `/dev/pts/N`. */
  readonly path: string;
  /** How many bytes `send` has dropped: nobody attached, the queue full, or a hang-up. */
  readonly droppedBytes: () => number;
  /**
   * Keeps programs out, or lets them in again: to whoever opens it with a lock the port is busy.
   * False where a program is in already.
   */
  readonly keepOut: (isKept: boolean) => boolean;
  /** Whether a program has the slave open just now: known before `onCable` tells. */
  readonly hasProgram: () => boolean;
  /**
   * Removes the link at once if it is still ours, then frees the descriptors; repeating it is
   * harmless. Never rejects. No event comes after the call.
   */
  readonly close: () => Promise<void>;
}

/** Why a pty does not open. Details carry `path`, `why` or both. */
export type PtyError = "file_exists" | "file_unreadable" | "emulator_failed";

/** The slave is its user's alone. */
const SLAVE_MODE = 0o600;

/** Raw before anyone can open it, and hung up until someone does. Returns the slave's path. */
const prepareSlave = (master: number): string => {
  const slave = grantSlave(master);
  chmodSync(slave, SLAVE_MODE);
  setRawMode(master);
  unlockSlave(master);
  closeDescriptor(openTerminal(slave));
  return slave;
};

/** `undefined` where a program has it: by its lock, or by a mark that lets nobody else open it. */
const openLocked = (slave: string): number | undefined => {
  let descriptor: number | undefined;
  try {
    descriptor = openTerminal(slave);
    if (lockSlave(descriptor)) return descriptor;
  } catch {
    // Marked as another's (EBUSY).
  }
  if (descriptor !== undefined) closeDescriptor(descriptor);
  return undefined;
};

/** The emulator's own hold on a slave, against programs. */
const createHold = (slave: string) => {
  let held: number | undefined;
  const release = (): void => {
    if (held !== undefined) releaseSlave(held);
    held = undefined;
  };
  return {
    isHeld: () => held !== undefined,
    release,
    take: (): boolean => {
      held ??= openLocked(slave);
      return held !== undefined;
    },
  };
};

const createPty = (master: number, slave: string, linkPath: string | undefined): Pty => {
  const queue = createSendQueue(master);
  const hold = createHold(slave);
  let isAttached = false;
  let receive: ((bytes: Uint8Array) => void) | undefined;
  let cable: ((attached: boolean) => void) | undefined;
  const watch = watchCable(master, {
    isHeld: hold.isHeld,
    bytes: (bytes) => receive?.(bytes),
    cable: (attached) => {
      isAttached = attached;
      if (!attached) queue.clear();
      cable?.(attached);
    },
  });
  const free = async (): Promise<void> => {
    if (linkPath !== undefined) removeLink(linkPath, slave);
    isAttached = false;
    hold.release();
    queue.clear();
    await watch.stop();
    closeDescriptor(master);
  };
  let closing: Promise<void> | undefined;
  return {
    path: slave,
    // No line is so fast or so sure: the frames of a USB gadget, not those of a UART.
    frameLimit: LIMITS.framePayloadMaximum,
    window: LIMITS.window,
    hasRoom: queue.hasRoom,
    onRoom: queue.onRoom,
    send: (bytes) => (isAttached ? queue.push(bytes) : queue.drop(bytes.length)),
    onReceive: (action) => {
      receive = action;
    },
    onCable: (action) => {
      cable = action;
    },
    droppedBytes: queue.droppedBytes,
    hasProgram: () => closing === undefined && !hold.isHeld() && !pollMaster(master).hungUp,
    keepOut: (isKept) => {
      if (isKept) return !isAttached && hold.take();
      hold.release();
      return true;
    },
    close: () => {
      closing ??= free();
      return closing;
    },
  };
};

/**
 * Makes a pty, and a link to its slave where `linkPath` is given. Bytes go to the one `onReceive`
 * action set last, and are lost before it is set; the same holds for `onCable`. Never throws.
 */
export const openPty = (linkPath: string | undefined): Outcome<Pty, PtyError> => {
  let master: number | undefined;
  try {
    master = openMaster();
    const slave = prepareSlave(master);
    const placed = linkPath === undefined ? ok(undefined) : placeLink(linkPath, slave);
    if (placed.ok) return ok(createPty(master, slave, linkPath));
    closeDescriptor(master);
    return placed;
  } catch (error) {
    if (master !== undefined) closeDescriptor(master);
    return fail("emulator_failed", { why: String(error) });
  }
};
