/** Two sets of fields beside each other, with a mark at each that differs. */

/** Fields by their names. */
export type FieldTexts = ReadonlyMap<string, string>;

/** Characters of a column: more is cut around the first difference. */
const COLUMN = 44;
/** Of them before the difference. */
const LEAD = 12;

const firstDifference = (a: string, b: string): number => {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  return at;
};

const cut = (text: string, at: number): string => {
  if (text.length <= COLUMN) return text;
  const from = Math.max(0, Math.min(at - LEAD, text.length - COLUMN + 1));
  const head = from > 0 ? "…" : "";
  const piece = text.slice(from + head.length, from + COLUMN - 1);
  return `${head}${piece}${from + COLUMN - 1 < text.length ? "…" : ""}`;
};

const MISSING = "(none)";

/** The names of the fields that differ, in the order of the first. */
export const differing = (a: FieldTexts, b: FieldTexts): readonly string[] =>
  [...new Set([...a.keys(), ...b.keys()])].filter((name) => a.get(name) !== b.get(name));

/** A table of both: `*` marks the fields that differ. */
export const sideBySide = (
  heads: readonly [string, string],
  a: FieldTexts,
  b: FieldTexts,
): string => {
  const names = [...new Set([...a.keys(), ...b.keys()])];
  const width = Math.max(...names.map((name) => name.length), 1);
  const row = (mark: string, name: string, left: string, right: string): string =>
    `${mark} ${name.padEnd(width)}  ${left.padEnd(COLUMN)} | ${right}`.trimEnd();
  const rows = names.map((name) => {
    const [left, right] = [a.get(name) ?? MISSING, b.get(name) ?? MISSING];
    const at = firstDifference(left, right);
    return row(left === right ? " " : "*", name, cut(left, at), cut(right, at));
  });
  return [row(" ", "", ...heads), ...rows].join("\n");
};
