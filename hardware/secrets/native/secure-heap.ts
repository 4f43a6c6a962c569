/** OpenSSL's own locked heap, on which its X25519 keys and secret numbers lie. */
import type { Pointer } from "bun:ffi";
import { readFileSync } from "node:fs";
import { fail, type Outcome, ok } from "../../../protocol/errors.ts";
import { addressOf, returned } from "./address.ts";
import type { Libraries } from "./libraries.ts";

/** A power of two: keys and numbers of one operation at a time need a fraction of it. */
const HEAP_BYTES = 65_536;
const LEAST_BYTES = 16;
/** Anything else: 2 is a heap that could not be locked. */
const LOCKED = 1;
const MADV_DONTFORK = 10;

/** The mapping that an address lies in, as the kernel lists it (proc_pid_maps(5)). */
const mappingOf = (address: Pointer): readonly [from: number, to: number] | undefined =>
  readFileSync("/proc/self/maps", "latin1")
    .split("\n")
    .map((line) => (line.split(" ")[0] ?? "").split("-").map((end) => Number.parseInt(end, 16)))
    .flatMap(([from = 0, to = 0]) => (from <= address && address < to ? [[from, to] as const] : []))
    .at(0);

/** OpenSSL locks its heap and keeps it out of dumps, not out of children. */
const keepFromChildren = ({ ssl, libc }: Libraries): boolean => {
  const probe = returned(ssl.CRYPTO_secure_malloc(LEAST_BYTES, null, 0));
  if (probe === undefined) return false;
  const mapping = mappingOf(probe);
  ssl.CRYPTO_secure_free(probe, null, 0);
  if (mapping === undefined) return false;
  const [from, to] = mapping;
  return libc.madvise(addressOf(from), to - from, MADV_DONTFORK) === 0;
};

let isOpen = false;

/** Opens it once in a process; `engine_missing` where it cannot be locked. */
export const openSecureHeap = (libraries: Libraries): Outcome<void, "engine_missing"> => {
  const { ssl } = libraries;
  isOpen ||=
    ssl.CRYPTO_secure_malloc_init(HEAP_BYTES, LEAST_BYTES) === LOCKED &&
    keepFromChildren(libraries);
  return isOpen ? ok(undefined) : fail("engine_missing", { why: "OpenSSL's heap is not locked" });
};
