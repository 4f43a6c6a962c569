/** Copies as a table: which kinds of secrets lie in memory in which forms, how often, and where. */
import type { Copy } from "./copies.ts";

/**
 * A copy that tells fewer bytes of its secret may be chance: any long text has a few digits of
 * some secret. Six bytes are one chance in 2^48.
 */
const LEAST_TOLD_BYTES = 6;

/** One kind of secret in one form. */
export interface TallyRow {
  readonly kind: string;
  readonly form: string;
  /** The secrets' names. */
  readonly names: readonly string[];
  readonly windows: number;
  /** Whole ones and parts. */
  readonly copies: number;
  readonly wholeCopies: number;
  /** Parts too short to be told from chance: in no other number of the row. */
  readonly doubtful: number;
  /** How many copies lie in the regions of a name. */
  readonly regions: Readonly<Record<string, number>>;
}

/** Whether a copy tells so much of its secret that chance has not made it. */
export const isSure = ({ toldBytes }: Copy): boolean => toldBytes >= LEAST_TOLD_BYTES;

const countBy = (names: readonly string[]): Readonly<Record<string, number>> => {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Object.fromEntries([...counts].toSorted(([, a], [, b]) => b - a));
};

const rowOf = (kind: string, form: string, all: readonly Copy[]): TallyRow => {
  const copies = all.filter(isSure);
  return {
    kind,
    form,
    names: [...new Set(copies.map((copy) => copy.form.secret.name))],
    windows: copies.reduce((sum, { windows }) => sum + windows, 0),
    copies: copies.length,
    wholeCopies: copies.filter(({ isWhole }) => isWhole).length,
    doubtful: all.length - copies.length,
    regions: countBy(copies.map(({ region }) => region)),
  };
};

/** A row for each kind and form of which anything was found; most copies first. JSON as it is. */
export const tallyOf = (copies: readonly Copy[]): readonly TallyRow[] => {
  const groups = Map.groupBy(copies, ({ form }) => `${form.secret.kind}\n${form.form}`);
  return [...groups]
    .map(([key, group]) => {
      const [kind = "", form = ""] = key.split("\n");
      return rowOf(kind, form, group);
    })
    .toSorted((a, b) => b.copies - a.copies || b.doubtful - a.doubtful);
};

/** Sums over all rows. */
export const countCopies = (rows: readonly TallyRow[]): number =>
  rows.reduce((sum, { copies }) => sum + copies, 0);

const HEAD = ["kind", "form", "secrets", "windows", "copies", "whole", "doubtful", "where"];

const cellsOf = (row: TallyRow): readonly string[] => [
  row.kind,
  row.form,
  String(row.names.length),
  String(row.windows),
  String(row.copies),
  String(row.wholeCopies),
  String(row.doubtful),
  Object.entries(row.regions)
    .map(([name, count]) => `${name} ${count}`)
    .join(", "),
];

/** The rows as text for people, one line each below a head; a sentence where there are none. */
export const formatTally = (rows: readonly TallyRow[]): string => {
  if (rows.length === 0) return "nothing found";
  const lines = [HEAD, ...rows.map(cellsOf)];
  const widths = HEAD.map((_, column) =>
    Math.max(...lines.map((line) => (line[column] ?? "").length)),
  );
  return lines
    .map((line) =>
      line
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
};
