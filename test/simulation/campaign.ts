/** Many runs, and what came of them all. */
import { FAULT_NAMES, type FaultName } from "./faults/index.ts";
import { INVARIANTS } from "./findings.ts";
import { run, type RunResult } from "./run.ts";
import { type Witness, WITNESSES } from "./witnesses.ts";

/** What came of the runs. */
export interface Campaign {
  readonly runs: number;
  readonly failures: number;
  readonly firstFailingSeed: number | undefined;
  /** In how many runs each fault was injected. */
  readonly injected: ReadonlyMap<FaultName, number>;
  /** What was seen to come of faults, in any run. */
  readonly witnessed: ReadonlySet<Witness>;
  readonly signed: number;
  readonly virtualMs: number;
}

/** Runs so many seeds, from one on; `onRun` hears of each. It stops at nothing. */
export const runSeeds = (
  firstSeed: number,
  runs: number,
  onRun: (result: RunResult) => void = () => undefined,
): Campaign => {
  const injected = new Map<FaultName, number>(FAULT_NAMES.map((name) => [name, 0]));
  const witnessed = new Set<Witness>();
  let failures = 0;
  let firstFailingSeed: number | undefined;
  let signed = 0;
  let virtualMs = 0;
  for (let seed = firstSeed; seed < firstSeed + runs; seed += 1) {
    const result = run({ seed });
    signed += result.signed;
    virtualMs += result.virtualMs;
    for (const what of result.witnessed) witnessed.add(what);
    for (const name of result.injected.keys()) injected.set(name, (injected.get(name) ?? 0) + 1);
    if (result.findings.length > 0) {
      failures += 1;
      firstFailingSeed ??= seed;
    }
    onRun(result);
  }
  return { runs, failures, firstFailingSeed, injected, witnessed, signed, virtualMs };
};

/** Faults that were never injected. */
export const missingFaults = ({ injected }: Campaign): readonly FaultName[] =>
  FAULT_NAMES.filter((name) => injected.get(name) === 0);

/** What never came of a fault. */
export const unseen = ({ witnessed }: Campaign): readonly Witness[] =>
  WITNESSES.filter((what) => !witnessed.has(what));

const TRACE_LINES = 60;

/** A failing run in words: which invariants, which faults, and the last events. */
export const tellFailure = (seed: number): string => {
  const { findings, injected, lines } = run({ seed, isTraced: true });
  const broken = findings.map(
    ({ invariant, atMs, what }) =>
      `  ${invariant} (${INVARIANTS[invariant]})\n    at ${atMs.toFixed(2)} ms: ${what}`,
  );
  const faults = [...injected].map(([name, count]) => `${name} x ${count}`).join(", ");
  return [
    `seed ${seed}`,
    ...broken,
    `  faults: ${faults || "none"}`,
    ...lines.slice(-TRACE_LINES).map((line) => `  ${line}`),
  ].join("\n");
};

const PER_LINE = 3;
const WIDTH = 40;

/** How often each fault was injected, as a table. */
export const tellFaults = ({ injected }: Campaign): string => {
  const cells = [...injected].map(([name, runs]) => `${`${runs}`.padStart(6)}  ${name}`);
  const rows = Array.from({ length: Math.ceil(cells.length / PER_LINE) }, (_, row) =>
    cells.slice(row * PER_LINE, (row + 1) * PER_LINE),
  );
  return rows
    .map((row) =>
      row
        .map((cell) => cell.padEnd(WIDTH))
        .join("")
        .trimEnd(),
    )
    .join("\n");
};
