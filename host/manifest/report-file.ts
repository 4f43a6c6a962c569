/** A device's report of a genesis as a file: JSON with base64. All of it is public. */
import { fail, type Outcome, ok } from "../../protocol/errors.ts";
import { parseReport } from "./confirmed-report.ts";

const KIND = "mayfly-genesis-report-1";

/** The text of a report's file; device and key stand there for people. */
export const formatReportFile = (bytes: Uint8Array): Outcome<string, "report_malformed"> => {
  const report = parseReport(bytes);
  if (!report.ok) return report;
  const { device, keyId } = report.value;
  const content = { kind: KIND, device, key: keyId, report: Buffer.from(bytes).toString("base64") };
  return ok(`${JSON.stringify(content, null, 2)}\n`);
};

const reportOf = (text: string): unknown => {
  try {
    const value: unknown = JSON.parse(text);
    const isFile = typeof value === "object" && value !== null;
    return isFile && Reflect.get(value, "kind") === KIND ? Reflect.get(value, "report") : undefined;
  } catch {
    return undefined; // no JSON: no report
  }
};

/** The bytes of a report's file; they read as a report. */
export const parseReportFile = (text: string): Outcome<Uint8Array, "report_malformed"> => {
  const encoded = reportOf(text);
  if (typeof encoded !== "string") return fail("report_malformed");
  const bytes = Uint8Array.from(Buffer.from(encoded, "base64"));
  const report = parseReport(bytes);
  return report.ok ? ok(bytes) : report;
};
