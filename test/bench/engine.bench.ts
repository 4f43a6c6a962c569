/**
 * Both engines, the libraries under the native one without it, OpenSSL and SoftHSM2, in operations
 * a second: one thread, one machine, one run, rounds interleaved. Each case that a device runs is
 * measured a second time with the optimising tiers of the JIT off (`BUN_JSC_useDFGJIT=0`), as the
 * device ships; those rows say "DFG off".
 */
import { measureAll } from "./engine/rounds.ts";
import { remarksOf, rowsOf } from "./engine/rows.ts";
import type { Row } from "./row.ts";

/** The bench's name. */
export const name = "engine";

const FULL = { rounds: 9, sliceMs: 100 } as const;

/** Measures everything that this machine has: about forty seconds. */
export const run = async (): Promise<readonly Row[]> => rowsOf(name, await measureAll(FULL));

/** The ratio that counts, in words. */
export const remarks = remarksOf;
