/**
 * Both engines, the libraries under the native one without it, OpenSSL and SoftHSM2, in operations
 * a second: one thread, one machine, one run, rounds interleaved. Each case that a device runs is
 * measured a second time with the optimising tiers of the JIT off (`BUN_JSC_useDFGJIT=0`), as the
 * device ships; those rows say "DFG off".
 */
import { cpus } from "node:os";
import { openLibraries } from "../../hardware/secrets/native/libraries.ts";
import { measureAll } from "./engine/rounds.ts";
import { remarksOf, rowsOf } from "./engine/rows.ts";
import type { Row } from "./row.ts";

/** The bench's name. */
export const name = "engine";

const FULL = { rounds: 9, sliceMs: 100 } as const;

/** Measures everything that this machine has: about forty seconds. */
export const run = async (): Promise<readonly Row[]> => rowsOf(name, await measureAll(FULL));

/** Whose figures these are: every ratio is one of these versions on this processor. */
const origin = (): string => {
  const libraries = openLibraries();
  const names = libraries.ok ? libraries.value.names : "no native libraries";
  return `measured: ${names}, Bun ${Bun.version}, on ${cpus()[0]?.model ?? "an unknown processor"}`;
};

/** What was measured, what was not, and last the ratio that counts. */
export const remarks = (rows: readonly Row[]): readonly string[] => [origin(), ...remarksOf(rows)];
