/**
 * The few calls of the C library that the emulator's end of a pty needs and Bun does not offer.
 * Linux with glibc only. Every failure becomes an `Error` whose message names call and errno.
 */
import { dlopen, FFIType, read } from "bun:ffi";
import { getSystemErrorMap } from "node:util";

const bind = () =>
  dlopen("libc.so.6", {
    posix_openpt: { args: ["i32"], returns: "i32" },
    grantpt: { args: ["i32"], returns: "i32" },
    unlockpt: { args: ["i32"], returns: "i32" },
    ptsname_r: { args: ["i32", "ptr", "u64"], returns: "i32" },
    open: { args: ["cstring", "i32", "i32"], returns: "i32" },
    close: { args: ["i32"], returns: "i32" },
    write: { args: ["i32", "ptr", "u64"], returns: FFIType.i64_fast },
    poll: { args: ["ptr", "u64", "i32"], returns: "i32" },
    flock: { args: ["i32", "i32"], returns: "i32" },
    ioctl: { args: ["i32", "u64", "ptr"], returns: "i32" },
    tcflush: { args: ["i32", "i32"], returns: "i32" },
    tcgetattr: { args: ["i32", "ptr"], returns: "i32" },
    tcsetattr: { args: ["i32", "i32", "ptr"], returns: "i32" },
    cfmakeraw: { args: ["ptr"], returns: "void" },
    __errno_location: { args: [], returns: "ptr" },
  }).symbols;

let bound: ReturnType<typeof bind> | undefined;

/** Opened when it is needed first: most emulators in a test have no pty. */
const libc = (): ReturnType<typeof bind> => {
  bound ??= bind();
  return bound;
};

const RDWR = 0o2;
const NOCTTY = 0o400;
const NONBLOCK = 0o4000;
const CLOEXEC = 0o2000000;
const OPEN_FLAGS = RDWR | NOCTTY | NONBLOCK | CLOEXEC;
/** Longer than any `/dev/pts/N`. */
const NAME_BYTES = 64;
/** `struct termios` of glibc on x86-64 and arm64. */
const TERMIOS_BYTES = 60;
const POLLIN = 0x1;
const POLLHUP = 0x10;

const errnoName = (errno: number): string =>
  getSystemErrorMap().get(-errno)?.[0] ?? `errno ${errno}`;

const lastErrno = (): number => {
  const address = libc().__errno_location();
  return address === null ? 0 : read.i32(address, 0);
};

const checked = (call: string, result: number): number => {
  if (result < 0) throw new Error(`${call}: ${errnoName(lastErrno())}`);
  return result;
};

/** Errnos of a full queue (errno.h), as numbers: to look names up takes longer than a write. */
const [EINTR, EAGAIN] = [4, 11];

/** A new pty's master, neither blocking nor inherited. Throws. */
export const openMaster = (): number => checked("posix_openpt", libc().posix_openpt(OPEN_FLAGS));

/** Gives a master's slave to this user, still locked, and returns its path. Throws. */
export const grantSlave = (master: number): string => {
  checked("grantpt", libc().grantpt(master));
  const name = Buffer.alloc(NAME_BYTES);
  const errno = libc().ptsname_r(master, name, NAME_BYTES);
  if (errno !== 0) throw new Error(`ptsname_r: ${errnoName(errno)}`);
  return name.toString("latin1", 0, name.indexOf(0));
};

/** Makes a master's slave openable. Throws. */
export const unlockSlave = (master: number): void => {
  checked("unlockpt", libc().unlockpt(master));
};

/** Opens a terminal that shall not become the controlling one. Throws. */
export const openTerminal = (path: string): number =>
  checked("open", libc().open(path, OPEN_FLAGS, 0));

/** Closes a descriptor; Linux frees it even where it reports an error. */
export const closeDescriptor = (fd: number): void => {
  libc().close(fd);
};

/** Writes what fits; 0 where the queue is full just now. Throws. */
export const writeSome = (fd: number, bytes: Uint8Array): number => {
  const written = Number(libc().write(fd, bytes, bytes.length));
  if (written >= 0) return written;
  const errno = lastErrno();
  if (errno === EAGAIN || errno === EINTR) return 0;
  throw new Error(`write: ${errnoName(errno)}`);
};

/** `flock`, and the terminal's own mark of which root takes no notice (asm-generic/ioctls.h). */
const [LOCK_EX_NB, TIOCEXCL, TIOCNXCL, TCIOFLUSH] = [6, 0x540c, 0x540d, 2];

/** Takes a slave for this process alone; false where a program has locked it. Throws. */
export const lockSlave = (slave: number): boolean => {
  if (libc().flock(slave, LOCK_EX_NB) < 0) {
    if (lastErrno() === EAGAIN) return false;
    checked("flock", -1);
  }
  checked("ioctl", libc().ioctl(slave, TIOCEXCL, null));
  return true;
};

/** Gives a slave back, empty, and closes it. */
export const releaseSlave = (slave: number): void => {
  libc().tcflush(slave, TCIOFLUSH);
  libc().ioctl(slave, TIOCNXCL, null);
  libc().close(slave);
};

/** Turns off all that the kernel would do to the bytes, the echo above all. Throws. */
export const setRawMode = (master: number): void => {
  const termios = new Uint8Array(TERMIOS_BYTES);
  checked("tcgetattr", libc().tcgetattr(master, termios));
  libc().cfmakeraw(termios);
  checked("tcsetattr", libc().tcsetattr(master, 0, termios));
};

/** What a master knows without waiting. */
export interface MasterState {
  /** Bytes wait to be read. */
  readonly readable: boolean;
  /** No program has the slave open. */
  readonly hungUp: boolean;
}

/** Looks at a master; never waits. */
export const pollMaster = (master: number): MasterState => {
  // struct pollfd: int fd, short events, short revents; little-endian.
  const entry = new DataView(new ArrayBuffer(8));
  entry.setInt32(0, master, true);
  entry.setInt16(4, POLLIN, true);
  checked("poll", libc().poll(new Uint8Array(entry.buffer), 1, 0));
  const events = entry.getInt16(6, true);
  return { readable: (events & POLLIN) !== 0, hungUp: (events & POLLHUP) !== 0 };
};
