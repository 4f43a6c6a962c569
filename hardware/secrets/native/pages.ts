/**
 * Pages that stay in RAM and out of everything else: between two guard pages, locked, left out of
 * dumps, gone in a child. Where the kernel has memfd_secret(2), not even root reads them from
 * outside.
 */
import type { Pointer } from "bun:ffi";
import { type Failure, fail, type Outcome, ok } from "../../../protocol/errors.ts";
import { addressOf, past } from "./address.ts";
import type { Libc } from "./libraries.ts";

/** A whole number of pages on every kernel that Mayfly runs on: 4, 16 or 64 KiB each. */
export const GRANULE_BYTES = 65_536;

const PROT_NONE = 0;
const PROT_READ_WRITE = 3;
const MAP_PRIVATE_ANONYMOUS = 0x22;
const MAP_SHARED_FIXED = 0x11;
const MADV_DONTFORK = 10;
const MADV_DONTDUMP = 16;
const MADV_WIPEONFORK = 18;
/** One number on x86-64 and arm64; with FD_CLOEXEC. */
const MEMFD_SECRET = 447;
const O_CLOEXEC = 0o2000000;

/** The pages, and which protections hold on them. */
export interface Pages {
  readonly base: Pointer;
  readonly size: number;
  readonly protections: readonly string[];
}

/** Maps memfd_secret's pages over the reserved place; false where this kernel has none. */
const hide = (libc: Libc, base: Pointer, size: number): boolean => {
  const fd = Number(libc.syscall(MEMFD_SECRET, O_CLOEXEC));
  if (fd < 0) return false;
  const isMapped =
    libc.ftruncate(fd, size) === 0 &&
    Number(libc.mmap(base, size, PROT_READ_WRITE, MAP_SHARED_FIXED, fd, 0)) === base;
  libc.close(fd);
  return isMapped;
};

const advise = (libc: Libc, base: Pointer, size: number, advice: readonly number[]): boolean =>
  advice.every((one) => libc.madvise(base, size, one) === 0);

const lock = (libc: Libc, base: Pointer, size: number): boolean =>
  libc.mprotect(base, size, PROT_READ_WRITE) === 0 && libc.mlock(base, size) === 0;

/**
 * So many bytes at least, a whole number of granules. Refuses with `engine_missing` where they cannot be
 * locked: a key that may be written to a disk is not kept here.
 */
export const openPages = (
  libc: Libc,
  wanted: number,
  mayHide: boolean,
): Outcome<Pages, "engine_missing"> => {
  const size = Math.ceil(wanted / GRANULE_BYTES) * GRANULE_BYTES;
  const reserved = libc.mmap(0, size + 2 * GRANULE_BYTES, PROT_NONE, MAP_PRIVATE_ANONYMOUS, -1, 0);
  if (Number(reserved) < 0) return fail("engine_missing", { why: "no room for locked pages" });
  const base = past(addressOf(Number(reserved)), GRANULE_BYTES);
  const refuse = (why: string): Failure<"engine_missing"> => {
    libc.munmap(addressOf(Number(reserved)), size + 2 * GRANULE_BYTES);
    return fail("engine_missing", { why });
  };
  const isHidden = mayHide && hide(libc, base, size);
  if (!isHidden && !lock(libc, base, size)) {
    return refuse("pages cannot be locked: raise the limit (ulimit -l)");
  }
  // memfd_secret's pages are never dumped and, being shared, refuse MADV_WIPEONFORK.
  const advice = isHidden ? [MADV_DONTFORK] : [MADV_DONTFORK, MADV_DONTDUMP, MADV_WIPEONFORK];
  if (!advise(libc, base, size, advice)) {
    return refuse("pages cannot be kept out of dumps and children");
  }
  const protections = ["locked pages", "guard pages", "not in dumps", "not in children"];
  return ok({ base, size, protections: isHidden ? ["memfd_secret", ...protections] : protections });
};

/** Gives the pages back, zeroed. */
export const closePages = (libc: Libc, { base, size }: Pages): void => {
  libc.explicit_bzero(base, size);
  libc.munmap(addressOf(base - GRANULE_BYTES), size + 2 * GRANULE_BYTES);
};
