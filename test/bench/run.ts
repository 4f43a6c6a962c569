/**
 * `bun run bench [NAME…] [--json]`: runs the benches whose names hold a NAME, or all, and prints
 * a table, or with `--json` one object per line. Remarks follow, on standard error beside `--json`.
 * Nothing here passes or fails.
 */
import { join } from "node:path";
import type { Bench, Row } from "./row.ts";

const isBench = (module: unknown): module is Bench =>
  typeof module === "object" &&
  module !== null &&
  "name" in module &&
  typeof module.name === "string" &&
  "run" in module &&
  typeof module.run === "function";

const findBenches = async (wanted: readonly string[]): Promise<readonly Bench[]> => {
  const files = await Array.fromAsync(new Bun.Glob("*.bench.ts").scan({ cwd: import.meta.dir }));
  const modules: unknown[] = [];
  for (const file of files.toSorted()) modules.push(await import(join(import.meta.dir, file)));
  const isWanted = ({ name }: Bench): boolean =>
    wanted.length === 0 || wanted.some((one) => name.includes(one));
  return modules.filter(isBench).filter(isWanted);
};

/** Four significant digits, which is more than any bench is good for. */
const short = (value: number): string => Number(value.toPrecision(4)).toString();

const cellsOf = (row: Row): readonly string[] => [
  row.bench,
  row.case,
  `${row.n}`,
  row.unit,
  short(row.median),
  short(row.min),
  short(row.max),
  row.against,
  short(row.ratio),
];

const HEAD = ["bench", "case", "n", "unit", "median", "min", "max", "against", "ratio"] as const;

const tableOf = (rows: readonly Row[]): string => {
  const lines: readonly (readonly string[])[] = [HEAD, ...rows.map(cellsOf)];
  const widths = HEAD.map((_, i) => Math.max(...lines.map((cells) => (cells[i] ?? "").length)));
  return lines
    .map((cells) =>
      cells
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
};

/** The rows, and then what is for people; with `--json` that goes beside the rows. */
const runAll = async (benches: readonly Bench[], isJson: boolean): Promise<void> => {
  const all: Row[] = [];
  const remarks: string[] = [];
  for (const bench of benches) {
    const rows = await bench.run();
    if (isJson) for (const row of rows) console.log(JSON.stringify(row));
    all.push(...rows);
    remarks.push(...(bench.remarks?.(rows) ?? []));
  }
  if (!isJson) console.log(tableOf(all));
  const say = isJson ? console.error : console.log;
  for (const remark of remarks) say(remark);
};

const main = async (args: readonly string[]): Promise<number> => {
  const names = args.filter((arg) => arg !== "--json");
  const unknown = names.find((arg) => arg.startsWith("-"));
  const benches = unknown === undefined ? await findBenches(names) : [];
  if (benches.length === 0) {
    const known = (await findBenches([])).map(({ name }) => name).join(", ");
    const why = unknown === undefined ? `no bench is called ${names.join(" or ")}` : unknown;
    console.error(`${why}: bun run bench [NAME…] [--json], with ${known}`);
    return 2;
  }
  await runAll(benches, args.length > names.length);
  return 0;
};

process.exitCode = await main(process.argv.slice(2));
