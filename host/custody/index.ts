/** The custodians' side: their keys, their shares, and the approval that passes one on. */
export { type ApproveError, approve, parseQuote } from "./approve.ts";
export {
  type CustodianKey,
  formatCustodian,
  formatKeyFile,
  generateCustodianKey,
  parseCustodian,
  parseKeyFile,
} from "./keys.ts";
export { formatShareFile, parseShareFile, type ShareFile } from "./share-file.ts";
