/** What a bench reports. */

/** One case of a bench. */
export interface Row {
  readonly bench: string;
  readonly case: string;
  /** How many runs. */
  readonly n: number;
  readonly unit: string;
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** What it is measured against, in the same run, and the median as a part of that one's. */
  readonly against: string;
  readonly ratio: number;
}

/** A bench: `bun run bench NAME` runs it. */
export interface Bench {
  readonly name: string;
  readonly run: () => Promise<readonly Row[]>;
  /** Lines for people, after the table: what was not measured, and what the rows come to. */
  readonly remarks?: (rows: readonly Row[]) => readonly string[];
}

/** What a case is, besides its values. */
export type RowHead = Pick<Row, "bench" | "case" | "unit" | "against">;

/** The row of some values; at least one. `reference` is what the median is held against. */
export const rowOf = (head: RowHead, values: readonly number[], reference: number): Row => {
  const sorted = values.toSorted((a, b) => a - b);
  const median = sorted[sorted.length >> 1] ?? 0;
  return {
    bench: head.bench,
    case: head.case,
    n: values.length,
    unit: head.unit,
    median,
    min: sorted.at(0) ?? 0,
    max: sorted.at(-1) ?? 0,
    against: head.against,
    ratio: median / reference,
  };
};
