/** Manifests on the people's side: authoring, rules, review, lineage and signatures. */
export { ConfirmedReport, firstVersion, parseReport } from "./confirmed-report.ts";
export { type Change, changeLine, diffManifests } from "./diff.ts";
export { fingerprintOf } from "./checks.ts";
export { isHashTold, manifestHash, TOLD_DIGITS } from "./hash.ts";
export { readJsonAs, type Reading } from "./json-reader.ts";
export { jsonOf, jsonSchemaOf } from "./json-writer.ts";
export {
  isSigned,
  type Lineage,
  type LineageError,
  readLineage,
  type Version,
} from "./lineage.ts";
export {
  formatLineage,
  formatManifest,
  type ManifestFile,
  readManifestFile,
} from "./lineage-file.ts";
export { checkSigned, noteSigning, pinLineage } from "./pins.ts";
export type { Problem } from "./problem.ts";
export { formatReportFile, parseReportFile } from "./report-file.ts";
export { rosterProblems } from "./roster.ts";
export { manifestProblems } from "./rules.ts";
export { readForSigning, type SigningKey, signNewest, withVersion } from "./signing.ts";
export { manifestText } from "./text.ts";
