/**
 * The few calls of the C library that a serial port needs and Bun does not offer. Linux with
 * glibc only. Every failure becomes a `SystemError` that carries the errno's name.
 */
import { dlopen, FFIType, read } from "bun:ffi";
import { getSystemErrorMap } from "node:util";

const { symbols: libc } = dlopen("libc.so.6", {
  open: { args: ["cstring", "i32", "i32"], returns: "i32" },
  close: { args: ["i32"], returns: "i32" },
  write: { args: ["i32", "ptr", "u64"], returns: FFIType.i64_fast },
  ioctl: { args: ["i32", "u64", "ptr"], returns: "i32" },
  flock: { args: ["i32", "i32"], returns: "i32" },
  tcgetattr: { args: ["i32", "ptr"], returns: "i32" },
  tcsetattr: { args: ["i32", "i32", "ptr"], returns: "i32" },
  tcflush: { args: ["i32", "i32"], returns: "i32" },
  cfmakeraw: { args: ["ptr"], returns: "void" },
  cfsetspeed: { args: ["ptr", "u32"], returns: "i32" },
  __errno_location: { args: [], returns: "ptr" },
});

/** An error of the operating system: `code` is the errno's name, such as `ENOENT`. */
export interface SystemError extends Error {
  readonly code: string;
}

/** Makes the error that `call` failed with, from an errno's name. */
export const systemError = (call: string, code: string): SystemError =>
  Object.assign(new Error(`${call}: ${code}`), { code });

const lastErrno = (): number => {
  const address = libc.__errno_location();
  return address === null ? 0 : read.i32(address, 0);
};

const errnoName = (errno: number): string =>
  getSystemErrorMap().get(-errno)?.[0] ?? `errno ${errno}`;

const checked = (call: string, result: number): number => {
  if (result < 0) throw systemError(call, errnoName(lastErrno()));
  return result;
};

/** Errnos of a full queue (errno.h), as numbers: to look names up took a third of a busy line. */
const [EINTR, EAGAIN] = [4, 11];

const RDWR = 0o2;
const NOCTTY = 0o400;
const NONBLOCK = 0o4000;
const CLOEXEC = 0o2000000;
const LOCK_EX = 2;
const LOCK_NB = 4;
const LOCK_UN = 8;

/** Requests of `ioctl` on a terminal (asm-generic/ioctls.h, equal on x86-64 and arm64). */
export const TTY = {
  exclusive: 0x540c,
  shared: 0x540d,
  outputQueue: 0x5411,
  getModemLines: 0x5415,
  setModemLines: 0x5418,
  startBreak: 0x5427,
  stopBreak: 0x5428,
} as const;

/** What `flushTty` discards. */
export const FLUSH = { output: 1, both: 2 } as const;

/** Opens a terminal: neither blocking nor controlling nor inherited. Throws `SystemError`. */
export const openTty = (path: string): number =>
  checked("open", libc.open(path, RDWR | NOCTTY | NONBLOCK | CLOEXEC, 0));

/** Closes a descriptor; Linux frees it even where it reports an error. */
export const closeDescriptor = (fd: number): void => {
  libc.close(fd);
};

/** Writes what fits; 0 where the queue is full just now. Throws `SystemError`. */
export const writeSome = (fd: number, bytes: Uint8Array): number => {
  const written = Number(libc.write(fd, bytes, bytes.length));
  if (written >= 0) return written;
  const errno = lastErrno();
  if (errno === EAGAIN || errno === EINTR) return 0;
  throw systemError("write", errnoName(errno));
};

/** An `ioctl` with one 32-bit argument, in and out; returns it. Throws `SystemError`. */
export const ttyControl = (fd: number, request: number, argument = 0): number => {
  const word = new Int32Array([argument]);
  checked("ioctl", libc.ioctl(fd, request, word));
  return word[0] ?? 0;
};

/** Takes the advisory lock; `EAGAIN` where another open port holds it. Throws `SystemError`. */
export const lockDescriptor = (fd: number): void => {
  checked("flock", libc.flock(fd, LOCK_EX | LOCK_NB));
};

/** Gives the lock back, also for a duplicate that is still open. */
export const unlockDescriptor = (fd: number): void => {
  libc.flock(fd, LOCK_UN);
};

/** Fills `termios` from the terminal; `ENOTTY` for anything else. Throws `SystemError`. */
export const readTermios = (fd: number, termios: Uint8Array): void => {
  checked("tcgetattr", libc.tcgetattr(fd, termios));
};

/** Sets the terminal's modes at once. Throws `SystemError`. */
export const writeTermios = (fd: number, termios: Uint8Array): void => {
  checked("tcsetattr", libc.tcsetattr(fd, 0, termios));
};

/** Sets both speeds in `termios`; `EINVAL` for a rate that is none. Throws `SystemError`. */
export const setSpeed = (termios: Uint8Array, baudRate: number): void => {
  checked("cfsetspeed", libc.cfsetspeed(termios, baudRate));
};

/** Turns off in `termios` all that the kernel would do to the bytes. */
export const makeRaw = (termios: Uint8Array): void => {
  libc.cfmakeraw(termios);
};

/** Discards queued bytes. Throws `SystemError`. */
export const flushTty = (fd: number, what: (typeof FLUSH)[keyof typeof FLUSH]): void => {
  checked("tcflush", libc.tcflush(fd, what));
};
