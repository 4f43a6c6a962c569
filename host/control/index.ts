/** Control: what judges withdrawals before the vault and its transactions after it. */

export { descriptorChecksum } from "./check/checksum.ts";
export { checkTransaction } from "./check/final-check.ts";
export {
  CHECK_POINTS,
  type CheckPoint,
  type CheckReport,
  type CheckRequest,
  type ListedPrevout,
  type PointName,
} from "./check/report.ts";
export { type DenyListText, type RefusedEntry, readDenyList } from "./deny-list-text.ts";
export { CONTROL_LIMITS } from "./limits.ts";
export type { PastPayment, ScreeningContext } from "./past.ts";
export { type RefusedLine, type RequestList, readRequests } from "./requests.ts";
export {
  type Evidence,
  type RuleName,
  type ScreeningLimits,
  VERDICTS,
  type Verdict,
} from "./rules/evidence.ts";
export {
  DEFAULT_SCREENING_LIMITS,
  type ScreenedWithdrawal,
  type Screening,
  screen,
  screenBatch,
} from "./screening.ts";
