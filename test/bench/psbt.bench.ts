/**
 * PSBTs with a distinct address for each input: the device's handler, from the pieces that come
 * over a line to the records that go back, on one thread and with two beside it, against the bare
 * loop, bitcoinjs-lib with the device's own curve, and @scure/btc-signer with its own. All but one
 * row run as the device ships, without the optimising tiers. Rounds interleaved, one machine, one
 * run, about five minutes.
 */
import { hasNoLibraries } from "../secrets/oracles/engines.ts";
import { remarksOf } from "./psbt/remarks.ts";
import { type Effort, measureAll, SHIPPED } from "./psbt/rounds.ts";
import { rowsOf } from "./psbt/rows.ts";
import type { Row } from "./row.ts";

/** The bench's name. */
export const name = "psbt";

const ROUNDS: Readonly<Record<number, number>> = {
  1: 25,
  10: 25,
  125: 15,
  250: 11,
  500: 11,
  1000: 7,
  2000: 7,
};

const effortsOf = (spend: Effort["spend"], sizes: readonly number[]): readonly Effort[] =>
  sizes.map((inputs) => ({ spend, inputs, rounds: ROUNDS[inputs] ?? 1 }));

const EFFORTS: readonly Effort[] = [
  ...effortsOf("P2WSH", [1, 10, 125, 250, 500, 1000, 2000]),
  ...effortsOf("P2TR", [125, 500, 2000]),
  ...effortsOf("P2WSH of 1.7 kB", [125, 500, 2000]),
];

/** Measures all sizes. */
export const run = async (): Promise<readonly Row[]> => rowsOf(name, await measureAll(EFFORTS));

/** On which engine and how, and the figures that count. */
export const remarks = (rows: readonly Row[]): readonly string[] => [
  `measured on the ${hasNoLibraries ? "portable" : "native"} engine, processes with ${SHIPPED}`,
  "P2WSH is a 2-of-3 with previous transactions of 230 bytes, or of 1.7 kB; P2TR is a key path",
  ...remarksOf(rows),
];
