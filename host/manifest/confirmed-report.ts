/**
 * What a device reports of its genesis, once a person has typed the words that it shows. Version 1
 * is made of such reports, and nobody signs it without having confirmed each: a host that puts an
 * emulator of its own in a box's place cannot make the box show its words.
 */
import { isSame } from "../../protocol/bytes.ts";
import { decodeAs, encodeAs } from "../../protocol/cbor/cbor.ts";
import { WORD_LABELS } from "../../protocol/check-words.ts";
import { fail, type Outcome, ok } from "../../protocol/errors.ts";
import { MADE, type Manifest, type ManifestKey } from "../../protocol/manifest/manifest.ts";
import { GENESIS_REPORT, type GenesisReport } from "../../protocol/manifest/report.ts";
import { confirmWords } from "../custody/check-words.ts";
import { manifestHash } from "./hash.ts";

/** Reads a report. */
export const parseReport = (bytes: Uint8Array): Outcome<GenesisReport, "report_malformed"> => {
  const report = decodeAs(GENESIS_REPORT, bytes);
  return report === undefined ? fail("report_malformed") : ok(report);
};

/** A report that a person vouches for. There is no other way to make one of these. */
export class ConfirmedReport {
  readonly report: GenesisReport;

  private constructor(report: GenesisReport) {
    this.report = report;
  }

  /** The report, if `typed` are the six words that a device shows for exactly these bytes. */
  static async of(
    bytes: Uint8Array,
    typed: string,
  ): Promise<Outcome<ConfirmedReport, "report_malformed" | "check_words_wrong">> {
    const report = parseReport(bytes);
    if (!report.ok) return report;
    const confirmed = await confirmWords(bytes, WORD_LABELS.genesis, typed);
    return confirmed.ok ? ok(new ConfirmedReport(report.value)) : confirmed;
  }
}

const isOf = (report: GenesisReport, key: ManifestKey, genesis: Uint8Array): boolean =>
  report.keyId === key.id && report.device === key.device && isSame(report.genesis, genesis);

/** Version 1 of a draft over what its devices report; nobody has to have confirmed it yet. */
export const firstVersion = (
  draft: Manifest,
  reports: readonly GenesisReport[],
): Outcome<Manifest, "report_missing"> => {
  const genesis = manifestHash(draft);
  const keys: ManifestKey[] = [];
  for (const key of draft.keys) {
    const report = reports.find((one) => isOf(one, key, genesis));
    if (report === undefined) return fail("report_missing", { key: key.id });
    keys.push({ ...key, made: report.made });
  }
  return ok({ ...draft, version: 1, predecessor: genesis, keys });
};

/** Whether each key of version 1 is what its device has reported, as a person has confirmed. */
export const checkReports = (
  { keys, predecessor }: Manifest,
  reports: readonly ConfirmedReport[],
): Outcome<void, "report_missing"> => {
  const genesis = predecessor ?? new Uint8Array(0);
  for (const key of keys) {
    const { made } = key;
    const isConfirmed = reports.some(
      ({ report }) =>
        made !== undefined &&
        isOf(report, key, genesis) &&
        isSame(encodeAs(MADE, report.made), encodeAs(MADE, made)),
    );
    if (!isConfirmed) return fail("report_missing", { key: key.id });
  }
  return ok(undefined);
};
