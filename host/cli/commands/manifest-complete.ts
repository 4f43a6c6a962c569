/** `mayfly manifest complete`: version 1 of a draft, over what its devices reported. */
import { fail, type Outcome, ok } from "../../../protocol/errors.ts";
import type { GenesisReport } from "../../../protocol/manifest/report.ts";
import {
  firstVersion,
  formatManifest,
  isSigned,
  manifestHash,
  parseReport,
} from "../../manifest/index.ts";
import { toHex } from "../bytes.ts";
import { checkFree, writeResult } from "../files.ts";
import { openLineage } from "../manifests.ts";
import type { Output } from "../output.ts";
import { answer, declare } from "../program.ts";
import { readReports } from "../reports.ts";

interface CompleteOptions {
  readonly report: readonly string[];
  readonly out: string;
}

const complete = (file: string, options: CompleteOptions, output: Output): Outcome<unknown> => {
  const free = checkFree(options.out);
  if (!free.ok) return free;
  const lineage = openLineage(file, output);
  if (!lineage.ok) return lineage;
  const { draft } = lineage.value;
  if (!isSigned(draft)) return fail("signatures_missing", { file, required: draft.required });
  const read = readReports(options.report);
  if (!read.ok) return read;
  const reports: GenesisReport[] = [];
  for (const { bytes } of read.value) {
    const report = parseReport(bytes);
    if (!report.ok) return report;
    reports.push(report.value);
  }
  const version = firstVersion(draft.manifest, reports);
  if (!version.ok) return version;
  const written = writeResult(options.out, formatManifest(version.value), false);
  if (!written.ok) return written;
  const hash = toHex(manifestHash(version.value));
  const event = { event: "manifest", hash, version: 1, signatures: 0, required: 0, valid: false };
  output.say({ ...event, file: options.out }, [`${options.out}: version 1, hash ${hash}`]);
  output.hint(`Each signer: mayfly manifest sign ${options.out} --after ${file} --report …`);
  return ok(undefined);
};

/** `manifest complete`. */
export const completeManifestCommand = () =>
  declare("complete", "version 1 of a signed draft, over what its devices reported at genesis")
    .argument("<draft>", "the signed draft")
    .requiredOption("--report <file...>", "what mayfly genesis wrote, one for each key")
    .requiredOption("--out <file>", "where version 1 goes, to be signed")
    .action((file, options) => answer((output) => complete(file, options, output)));
