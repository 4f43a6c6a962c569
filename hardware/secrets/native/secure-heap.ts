/** OpenSSL's own locked heap, on which its X25519 keys and secret numbers lie. */
import { fail, type Outcome, ok } from "../../../protocol/errors.ts";
import type { SslLibrary } from "./libraries.ts";

/** A power of two: keys and numbers of one operation at a time need a fraction of it. */
const HEAP_BYTES = 65_536;
const LEAST_BYTES = 16;
/** Anything else: 2 is a heap that could not be locked. */
const LOCKED = 1;

let isOpen = false;

/** Opens it once in a process; `engine_missing` where it cannot be locked. */
export const openSecureHeap = (ssl: SslLibrary): Outcome<void, "engine_missing"> => {
  isOpen ||= ssl.CRYPTO_secure_malloc_init(HEAP_BYTES, LEAST_BYTES) === LOCKED;
  return isOpen ? ok(undefined) : fail("engine_missing", { why: "OpenSSL's heap is not locked" });
};
