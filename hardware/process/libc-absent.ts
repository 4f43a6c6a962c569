/** The calls by which a process protects itself, where they cannot be made: without Bun. */
import type { ProcessCalls } from "./libc.ts";

/** `RLIM_INFINITY`. */
export const UNLIMITED = 0xffff_ffff_ffff_ffffn;

/** Throws: nothing protects a process here, and every step says so. */
export const openLibc = (): ProcessCalls => {
  throw new Error("only Bun calls the C library");
};
