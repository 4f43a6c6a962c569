/** What the rows come to: the figures of DESIGN.md, section 6, a line each. */
import type { Row } from "../row.ts";
import { TITLE, type Title } from "./rounds.ts";
import { caseOf, MOST_BYTES_BACK, UNIT, type Unit } from "./rows.ts";
import { type SampleName, SPENDS, type SpendName } from "./sample.ts";

/** From so many inputs on the figures hold. */
const MANY_INPUTS = 100;
const [SMALLEST, LARGEST] = [125, 2000];
const AGAINST_LIBRARY: readonly (readonly [inputs: number, least: number])[] = [
  [500, 4],
  [2000, 10],
];

type Rows = readonly Row[];

const find = (rows: Rows, sample: SampleName, title: Title, unit: Unit): Row | undefined =>
  rows.find((row) => row.unit === unit && row.case === caseOf(sample, title));

/** How often the one goes into the other. */
const times = (
  rows: Rows,
  sample: SampleName,
  [title, other]: readonly [Title, Title],
  value: (row: Row) => number = ({ median }) => median,
  unit: Unit = UNIT.wall,
): string | undefined => {
  const [row, reference] = [title, other].map((one) => find(rows, sample, one, unit));
  return row && reference && (value(reference) / value(row)).toFixed(2);
};

const sizesOf = (rows: Rows, spend: SpendName): readonly number[] => {
  const prefix = `${spend}, `;
  const named = rows.filter((row) => row.case.startsWith(prefix));
  return [...new Set(named.map((row) => Number.parseInt(row.case.slice(prefix.length), 10)))];
};

const againstBare = (rows: Rows, spend: SpendName): readonly string[] => {
  const pair = [TITLE.device, TITLE.bare] as const;
  const parts = sizesOf(rows, spend)
    .filter((inputs) => inputs >= MANY_INPUTS)
    .map((inputs) => {
      const sample = { spend, inputs };
      const fastest = times(rows, sample, pair, ({ min }) => min);
      const processor = times(rows, sample, pair, ({ median }) => median, UNIT.processor);
      return `${inputs}: ${times(rows, sample, pair)} (${fastest}, ${processor})`;
    });
  if (parts.length === 0) return [];
  const says = `${spend}: the device in bare loops, by medians (fastest rounds, processor)`;
  return [`${says}, at least 0.85: ${parts.join("; ")}`];
};

const exponent = (rows: Rows, spend: SpendName): readonly string[] => {
  const [small, large] = [SMALLEST, LARGEST].map((inputs) =>
    find(rows, { spend, inputs }, TITLE.device, UNIT.wall),
  );
  if (small === undefined || large === undefined) return [];
  const power = Math.log(large.median / small.median) / Math.log(LARGEST / SMALLEST);
  return [
    `${spend}: time grows from ${SMALLEST} to ${LARGEST} inputs with the power ` +
      `${power.toFixed(3)} of their number, at most 1.1`,
  ];
};

const againstLibraries = (rows: Rows, spend: SpendName): readonly string[] =>
  AGAINST_LIBRARY.flatMap(([inputs, least]) => {
    const parts = [TITLE.bitcoinjs, TITLE.bitcoinjsDefault, TITLE.scure].flatMap((title) => {
      const ratio = times(rows, { spend, inputs }, [TITLE.device, title]);
      return ratio === undefined ? [] : [`${ratio} times ${title}`];
    });
    const says = `${spend}, ${inputs} inputs: the device is so fast, at least ${least}`;
    return parts.length === 0 ? [] : [`${says} times bitcoinjs-lib: ${parts.join("; ")}`];
  });

const gains = (rows: Rows, spend: SpendName): readonly string[] => {
  const parts = sizesOf(rows, spend).flatMap((inputs) => {
    const sample = { spend, inputs };
    const device = times(rows, sample, [TITLE.deviceTwo, TITLE.device]);
    const bare = times(rows, sample, [TITLE.bareTwice, TITLE.bare]);
    if (device === undefined || bare === undefined) return [];
    const part = (Number(device) / Number(bare)).toFixed(2);
    return [`${inputs}: ${device} of ${bare}, which is ${part}`];
  });
  if (parts.length === 0) return [];
  const says = `${spend}: what the device gains by two threads, of what the bare loop does`;
  return [`${says}, at least 0.8: ${parts.join("; ")}`];
};

const bytesBack = (rows: Rows): readonly string[] => {
  const all = rows.filter(({ unit, case: title }) => unit === UNIT.bytes && /, \d{3}/.test(title));
  if (all.length === 0) return [];
  const most = Math.max(...all.map(({ max }) => max));
  return [`bytes back for each input: ${most.toFixed(1)}, at most ${MOST_BYTES_BACK}`];
};

const isSpend = (name: string): name is SpendName => name in SPENDS;

/** All that the rows have figures for. */
export const remarksOf = (rows: Rows): readonly string[] => [
  ...Object.keys(SPENDS)
    .filter(isSpend)
    .flatMap((spend) =>
      [againstBare, exponent, againstLibraries, gains].flatMap((says) => says(rows, spend)),
    ),
  ...bytesBack(rows),
];
