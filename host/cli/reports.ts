/** Reports of a genesis as files, and the words that a person types for each. */
import { fail, type Outcome, ok } from "../../protocol/errors.ts";
import { ConfirmedReport, parseReport, parseReportFile } from "../manifest/index.ts";
import { askCheckWords } from "./check-words.ts";
import { readText } from "./files.ts";
import type { Output } from "./output.ts";

/** A report's file. */
export interface ReportFile {
  readonly file: string;
  readonly bytes: Uint8Array;
}

/** Reads all of them, or names the first that is none. */
export const readReports = (files: readonly string[]): Outcome<readonly ReportFile[]> => {
  const reports: ReportFile[] = [];
  for (const file of files) {
    const text = readText(file);
    if (!text.ok) return text;
    const bytes = parseReportFile(text.value);
    if (!bytes.ok) return fail(bytes.error, { file });
    reports.push({ file, bytes: bytes.value });
  }
  return ok(reports);
};

/** One line of standard input for each report, in their order. */
const fromInput = async (
  reports: readonly ReportFile[],
): Promise<Outcome<readonly ConfirmedReport[]>> => {
  const text = readText("-");
  if (!text.ok) return text;
  const lines = text.value.split("\n");
  const confirmed: ConfirmedReport[] = [];
  for (const [i, { file, bytes }] of reports.entries()) {
    const one = await ConfirmedReport.of(bytes, lines[i] ?? "");
    if (!one.ok) return fail(one.error, { file });
    confirmed.push(one.value);
  }
  return ok(confirmed);
};

/** Has the words of every report typed, as told by those who see the devices. */
export const confirmReports = async (
  reports: readonly ReportFile[],
  words: string | undefined,
  output: Output,
): Promise<Outcome<readonly ConfirmedReport[]>> => {
  if (reports.length === 0) return ok([]);
  if (words === "-") return fromInput(reports);
  const confirmed: ConfirmedReport[] = [];
  for (const { file, bytes } of reports) {
    const report = parseReport(bytes);
    if (!report.ok) return fail(report.error, { file });
    const one = await askCheckWords(report.value.device, words, output, (typed) =>
      ConfirmedReport.of(bytes, typed),
    );
    if (!one.ok) return one;
    confirmed.push(one.value);
  }
  return ok(confirmed);
};
