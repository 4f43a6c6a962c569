/**
 * What a descriptor goes through to become a serial line of ours, and to stop being one. 8 bits,
 * no parity, one stop bit, no software flow control: other settings are refused.
 */
import { fstatSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { LineSettings } from "./bindings-interface.ts";
import {
  FLUSH,
  flushTty,
  lockDescriptor,
  systemError,
  TTY,
  ttyControl,
  unlockDescriptor,
  closeDescriptor,
} from "./libc.ts";
import { demandTty, setRawMode } from "./termios.ts";

/** How long a close waits for what a real line still has to send, in milliseconds. */
const CLOSE_GRACE_MS = 100;
/** Major device numbers of Unix98 pty slaves (Linux, admin-guide/devices.txt). */
const PTY_MAJORS = { first: 136, last: 143 } as const;

const isPlain = (settings: LineSettings): boolean =>
  settings.dataBits === 8 &&
  settings.stopBits === 1 &&
  settings.parity === "none" &&
  !(settings.xon || settings.xoff || settings.xany);

const isPty = (fd: number): boolean => {
  const major = (fstatSync(fd).rdev >> 8) & 0xfff;
  return major >= PTY_MAJORS.first && major <= PTY_MAJORS.last;
};

/**
 * TIOCEXCL keeps others out but not root; the lock keeps out root too. A pty gets the lock only:
 * its exclusive flag outlives the program that set it and would keep the next one out.
 */
const claim = (fd: number): void => {
  lockDescriptor(fd);
  if (!isPty(fd)) ttyControl(fd, TTY.exclusive);
};

/** Makes a descriptor ours, raw and empty. Throws `SystemError`; `ENOTTY` for no terminal. */
export const prepareLine = (fd: number, settings: LineSettings): void => {
  if (!isPlain(settings)) throw systemError("open", "EINVAL");
  demandTty(fd);
  if (settings.lock) claim(fd);
  setRawMode(fd, settings);
  flushTty(fd, FLUSH.both);
};

/** How many bytes the line still has to send. */
export const unsentBytes = (fd: number): number => {
  try {
    return ttyControl(fd, TTY.outputQueue);
  } catch {
    return 0; // Hung up: nothing will be sent any more.
  }
};

/** Lets a real line finish; what is stuck is dropped, because a close would block on it. */
export const finishOutput = async (fd: number): Promise<void> => {
  for (let waitedMs = 0; unsentBytes(fd) > 0; waitedMs += 1) {
    if (waitedMs >= CLOSE_GRACE_MS) return flushTty(fd, FLUSH.output);
    await sleep(1);
  }
};

const endExclusive = (fd: number): void => {
  try {
    ttyControl(fd, TTY.shared);
  } catch {
    // Hung up: there is nothing left to share.
  }
};

/**
 * Frees a descriptor, its lock and its exclusive flag. The last two by name, because the runtime
 * keeps a duplicate for a moment after a reader is cancelled and both would live on with it.
 */
export const releaseLine = (fd: number): void => {
  unlockDescriptor(fd);
  endExclusive(fd);
  closeDescriptor(fd);
};
