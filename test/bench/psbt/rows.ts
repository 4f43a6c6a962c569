/** From takings to rows: each case against the bare loop of its size. */
import { type Row, rowOf } from "../row.ts";
import type { Taken } from "./peers.ts";
import { type Measured, TITLE, type Title } from "./rounds.ts";
import type { SampleName } from "./sample.ts";

/** Units of rows: time by the clock, time of the processors, and what comes back of an input. */
export const UNIT = { wall: "ms", processor: "CPU ms", bytes: "bytes/input" } as const;

/** One of them. */
export type Unit = (typeof UNIT)[keyof typeof UNIT];

/** What the answer may come to for each input (DESIGN.md, section 6). */
export const MOST_BYTES_BACK = 80;

/** What a row is called. */
export const caseOf = ({ spend, inputs }: SampleName, title: Title): string =>
  `${spend}, ${inputs} inputs: ${title}`;

const OURS: readonly Title[] = [TITLE.bare, TITLE.device, TITLE.deviceTwo];

const medianOf = (values: readonly number[]): number =>
  rowOf({ bench: "", case: "", unit: "", against: "" }, values, 1).median;

const rowsOfCase = (bench: string, measured: Measured, bare: Measured): readonly Row[] => {
  const head = { bench, case: caseOf(measured, measured.title) };
  const against = caseOf(bare, bare.title);
  const timed = (unit: Unit, of: (taken: Taken) => number): Row =>
    rowOf({ ...head, unit, against }, measured.takes.map(of), medianOf(bare.takes.map(of)));
  const wall = timed(UNIT.wall, ({ ms }) => ms);
  if (!OURS.includes(measured.title)) return [wall];
  return [wall, timed(UNIT.processor, ({ cpuMs }) => cpuMs)];
};

const bytesRow = (bench: string, measured: Measured): Row => {
  const head = { bench, case: caseOf(measured, measured.title), unit: UNIT.bytes };
  const each = measured.takes.map(({ answerBytes }) => answerBytes / measured.inputs);
  return rowOf({ ...head, against: `${MOST_BYTES_BACK} bytes` }, each, MOST_BYTES_BACK);
};

/** The rows of all takings. */
export const rowsOf = (bench: string, all: readonly Measured[]): readonly Row[] =>
  all.flatMap((measured) => {
    const isSame = (one: Measured): boolean =>
      one.spend === measured.spend && one.inputs === measured.inputs;
    const bare = all.find((one) => isSame(one) && one.title === TITLE.bare) ?? measured;
    const rows = rowsOfCase(bench, measured, bare);
    return measured.title === TITLE.device ? [...rows, bytesRow(bench, measured)] : rows;
  });
