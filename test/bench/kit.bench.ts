/**
 * How soon the emulator kit is there: import, first answer, a hundred at once, and the signer as a
 * process of its own. Each figure comes from fresh processes; `against` is what DESIGN allows.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openNativeSecrets } from "../../hardware/secrets/index.ts";
import { type Row, rowOf } from "./row.ts";
import { buildBinary, SOURCES, timeEmulate, timeSigner } from "./kit/start-process.ts";

/** The bench's name. */
export const name = "kit";

/** Processes of each kind; rounds are interleaved, so that a busy moment hits all kinds. */
const ROUNDS = 5;

/** What is allowed: milliseconds, and MiB of a process with a hundred emulators. */
const ALLOWED = { p50: 10, p99: 50, import: 80, process: 150, rss: 200 } as const;

const ENGINES = openNativeSecrets().ok
  ? (["native", "portable"] as const)
  : (["portable"] as const);
const SEEDINGS = ["bare", "seed"] as const;
const CLOCKS = ["system", "virtual"] as const;

/** What a process printed. */
interface Figures {
  readonly importMs: number;
  readonly times: readonly number[];
  readonly rssMiB: number;
}

const isFigures = (value: unknown): value is Figures =>
  typeof value === "object" &&
  value !== null &&
  "importMs" in value &&
  "times" in value &&
  Array.isArray(value.times) &&
  "rssMiB" in value;

const runOnce = async (...words: readonly string[]): Promise<Figures> => {
  const program = join(import.meta.dir, "kit/one-process.ts");
  const child = Bun.spawn([process.execPath, program, ...words], { stderr: "inherit" });
  const printed: unknown = JSON.parse(await child.stdout.text());
  if (!isFigures(printed)) throw new Error("the process printed no figures");
  return printed;
};

/** By nearest rank. */
const at = (times: readonly number[], part: number): number =>
  times.toSorted((a, b) => a - b)[Math.ceil(part * times.length) - 1] ?? 0;

/** All of one kind of figure. */
interface Series {
  readonly title: string;
  readonly unit: string;
  readonly allowed: number;
  readonly values: number[];
}

const createSeries = () => {
  const all = new Map<string, Series>();
  return {
    add: (title: string, unit: string, allowed: number, value: number): void => {
      const found = all.get(title) ?? { title, unit, allowed, values: [] };
      found.values.push(value);
      all.set(title, found);
    },
    rows: (): readonly Row[] =>
      [...all.values()].map(({ title, unit, allowed, values }) =>
        rowOf({ bench: name, case: title, unit, against: `${allowed} ${unit}` }, values, allowed),
      ),
  };
};

type Add = ReturnType<typeof createSeries>["add"];

const KINDS = ENGINES.flatMap((engine) =>
  SEEDINGS.flatMap((seeding) => CLOCKS.map((clock) => [engine, seeding, clock] as const)),
);

const inProcess = async (add: Add): Promise<void> => {
  for (const [engine, seeding, clock] of KINDS) {
    const { importMs, times } = await runOnce(engine, seeding, clock, "row");
    const kind = `${engine}, ${seeding === "seed" ? "with a seed" : "bare"}, ${clock} clock`;
    add("import", "ms", ALLOWED.import, importMs);
    add(`first in its process: ${kind}`, "ms", ALLOWED.p99, times[0] ?? 0);
    add(`p50 of 100 in a row: ${kind}`, "ms", ALLOWED.p50, at(times, 0.5));
    add(`p99 of 100 in a row: ${kind}`, "ms", ALLOWED.p99, at(times, 0.99));
  }
};

const atOnce = async (add: Add): Promise<void> => {
  for (const engine of ENGINES) {
    const { rssMiB } = await runOnce(engine, "seed", "virtual", "once");
    add(`a process with 100 at once: ${engine}, with a seed`, "MiB", ALLOWED.rss, rssMiB);
  }
};

const asProcess = async (add: Add, folder: string, binary: readonly string[]): Promise<void> => {
  for (const engine of ENGINES) {
    for (const seeding of SEEDINGS) {
      const kind = `${engine}, ${seeding === "seed" ? "with a seed" : "bare"}`;
      const { listeningMs, answerMs } = await timeSigner(folder, engine, seeding === "seed");
      add(`signer's process, listening: ${kind}`, "ms", ALLOWED.process, listeningMs);
      add(`signer's process, first answer: ${kind}`, "ms", ALLOWED.process, answerMs);
    }
  }
  for (const [form, mayfly] of [
    ["from its sources", SOURCES],
    ["the binary", binary],
  ] as const) {
    const ms = await timeEmulate(folder, mayfly);
    add(`mayfly emulate, ${form}, listening`, "ms", ALLOWED.process, ms);
  }
};

/** Fresh processes of each kind, by turns. */
export const run = async (): Promise<readonly Row[]> => {
  const folder = mkdtempSync(join(tmpdir(), "mayfly-bench-"));
  const { add, rows } = createSeries();
  try {
    const binary = await buildBinary(folder);
    for (let round = 0; round < ROUNDS; round += 1) {
      await inProcess(add);
      await atOnce(add);
      await asProcess(add, folder, binary);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return rows();
};

/** What is beyond what is allowed. */
export const remarks = (rows: readonly Row[]): readonly string[] => {
  const over = rows.filter(({ ratio }) => ratio > 1);
  return over.length === 0
    ? ["kit: everything within what is allowed"]
    : over.map(
        ({ case: title, median, unit, against }) =>
          `kit: ${title}: ${median.toFixed(1)} ${unit}, allowed are ${against}`,
      );
};
