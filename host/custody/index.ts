/** The custodians' side: their keys, their shares, and the approval that passes one on. */
export { type ApproveError, approve, type KnownLineage } from "./approve.ts";
export { checkWordsOf } from "./check-words.ts";
export { ConfirmedQuote, parseQuote } from "./confirmed-quote.ts";
export { checkGenesis, type GenesisReply, type GenesisRequest } from "./genesis.ts";
export {
  type CustodianKey,
  formatCustodian,
  formatKeyFile,
  generateCustodianKey,
  parseCustodian,
  parseKeyFile,
  type PublicCustodian,
  publicOf,
} from "./keys.ts";
export { checkMadeKey, type KeyRequest, type MadeReply } from "./made-key.ts";
export { readExpiry } from "./quote-expiry.ts";
export {
  formatSignedTime,
  formatTimeQuestion,
  parseSignedTime,
  parseTimeQuestion,
  signTime,
} from "./time.ts";
export { formatShareFile, parseShareFile, type ShareFile } from "./share-file.ts";
