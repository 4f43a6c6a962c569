/**
 * The native engine's threads: 500 inputs of a 2-of-3 wallet, all keys derived, each input signed
 * with low R and verified. The bare loop on one thread, the same in two processes at once (what two
 * cores are worth just now), and batches on one thread and on two beside a main thread that waits.
 * As the device ships: without the optimising tiers. Rounds interleaved, one machine, one run.
 */
import { join } from "node:path";
import { lineReader } from "../memory/programs.ts";
import { hasNoLibraries } from "../secrets/oracles/engines.ts";
import { type Row, rowOf } from "./row.ts";

/** The bench's name. */
export const name = "threads";

const ROUNDS = 15;
const WARM_ROUNDS = 3;
const [BARE, TWICE, ONE, TWO] = ["bare loop", "bare loop, twice at once", "1 thread", "2 threads"];

const startPeer = () => {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "threads", "peer.ts")], {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "inherit",
    env: { ...process.env, BUN_JSC_useDFGJIT: "0" },
  });
  const nextLine = lineReader(child.stdout);
  return {
    measure: async (title: string): Promise<number> => {
      await child.stdin.write(`${title}\n`);
      await child.stdin.flush();
      return Number(await nextLine());
    },
    end: async (): Promise<void> => {
      await child.stdin.end();
      await child.exited;
    },
  };
};

/** Measures all cases: about ten seconds. */
export const run = async (): Promise<readonly Row[]> => {
  if (hasNoLibraries) return [];
  const [one, other] = [startPeer(), startPeer()];
  /** As long as one of two takes that share the work. */
  const twice = async (): Promise<number> => {
    const times = await Promise.all([one.measure(BARE), other.measure(BARE)]);
    return Math.max(...times) / times.length;
  };
  const cases = new Map<string, () => Promise<number>>([
    [BARE, () => one.measure(BARE)],
    [TWICE, twice],
    [ONE, () => one.measure(ONE)],
    [TWO, () => one.measure(TWO)],
  ]);
  const times = new Map<string, number[]>();
  for (let round = -WARM_ROUNDS; round < ROUNDS; round += 1) {
    for (const [title, measure] of cases) {
      const ms = await measure();
      if (round >= 0) times.set(title, [...(times.get(title) ?? []), ms]);
    }
  }
  await Promise.all([one.end(), other.end()]);
  const rows = [...times].map(([title, values]) => ({ title, values }));
  const head = { bench: name, unit: "ms", against: BARE };
  const bare = rowOf({ ...head, case: BARE }, times.get(BARE) ?? [0], 1).median;
  return rows.map(({ title, values }) => rowOf({ ...head, case: title }, values, bare));
};

/** How much of what two cores are worth two threads have: by the fastest rounds, not disturbed. */
export const remarks = (rows: readonly Row[]): readonly string[] => {
  const fastest = (title: string): number =>
    rows.find((row) => row.case === title)?.min ?? Number.NaN;
  const gainOf = (title: string): number => fastest(BARE) / fastest(title);
  const [cores, threads] = [gainOf(TWICE), gainOf(TWO)];
  const part = ((threads - 1) / (cores - 1)).toFixed(2);
  const said = `two cores gain ${cores.toFixed(2)} times, two threads ${threads.toFixed(2)}`;
  // Where others use the cores, there is no gain to have a part of.
  return [`fastest rounds: ${said}; ${cores > 1.5 ? part : "no measure"} of the gain`];
};
