/**
 * The few calls of the C library by which a process protects itself and that Bun does not offer.
 * Linux with glibc on x86-64 and arm64, whose numbers agree here. Every failure becomes an `Error`
 * whose message names call and errno.
 */
import { CString, dlopen, FFIType, read } from "bun:ffi";
import { getSystemErrorMap } from "node:util";

/** A resource limit: bytes, or `UNLIMITED`. */
export interface Limit {
  readonly soft: bigint;
  readonly hard: bigint;
}

/** What the steps ask of the system. All methods throw. */
export interface ProcessCalls {
  /** One `prctl` with one argument; what it returns, 0 or more. */
  readonly prctl: (option: number, argument: number) => number;
  readonly limit: (resource: number) => Limit;
  readonly setLimit: (resource: number, limit: Limit) => void;
  readonly lockAll: (flags: number) => void;
  /** A variable as the process was started with it; `process.env` may have changed since. */
  readonly startedWith: (name: string) => string | undefined;
}

/** `RLIM_INFINITY`. */
export const UNLIMITED = 0xffff_ffff_ffff_ffffn;

/** `struct rlimit`: soft and hard, of 64 bits each. */
const LIMIT_BYTES = 16;

const bind = () =>
  dlopen("libc.so.6", {
    // Variadic in C: five registers are read whatever the option, so all five are given, in full.
    prctl: { args: ["i32", "u64", "u64", "u64", "u64"], returns: "i32" },
    getrlimit: { args: ["i32", "ptr"], returns: "i32" },
    setrlimit: { args: ["i32", "ptr"], returns: "i32" },
    mlockall: { args: ["i32"], returns: "i32" },
    getenv: { args: ["cstring"], returns: FFIType.ptr },
    __errno_location: { args: [], returns: FFIType.ptr },
  }).symbols;

const errnoName = (errno: number): string =>
  getSystemErrorMap().get(-errno)?.[0] ?? `errno ${errno}`;

/** Opens the C library; throws where there is none. */
export const openLibc = (): ProcessCalls => {
  const libc = bind();
  const checked = (call: string, result: number): number => {
    if (result >= 0) return result;
    const address = libc.__errno_location();
    throw new Error(`${call}: ${errnoName(address === null ? 0 : read.i32(address, 0))}`);
  };
  return {
    prctl: (option, argument) => checked("prctl", libc.prctl(option, argument, 0, 0, 0)),
    limit: (resource) => {
      const entry = new DataView(new ArrayBuffer(LIMIT_BYTES));
      checked("getrlimit", libc.getrlimit(resource, new Uint8Array(entry.buffer)));
      return { soft: entry.getBigUint64(0, true), hard: entry.getBigUint64(8, true) };
    },
    setLimit: (resource, { soft, hard }) => {
      const entry = new DataView(new ArrayBuffer(LIMIT_BYTES));
      entry.setBigUint64(0, soft, true);
      entry.setBigUint64(8, hard, true);
      checked("setrlimit", libc.setrlimit(resource, new Uint8Array(entry.buffer)));
    },
    lockAll: (flags) => {
      checked("mlockall", libc.mlockall(flags));
    },
    startedWith: (name) => {
      const address = libc.getenv(Buffer.from(`${name}\0`));
      return address === null ? undefined : new CString(address);
    },
  };
};
