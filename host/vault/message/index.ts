/**
 * Signed messages on the host: what devices signed is put together, verified and written; anybody's
 * is verified. BIP-322 in its three forms and the legacy one (BIP-137). Independent of the device's
 * own code.
 */
export { assemble, type AssembleError, type Unlocking } from "./assemble.ts";
export { type ConditionError, conditionOf, type Leaf, type Scripts } from "./condition.ts";
export { formatSignature, type MessageSignature, parseSignature } from "./format.ts";
export {
  draftProof,
  finaliseProof,
  type ProofSignature,
  type ProvedCoin,
  readProof,
} from "./funds.ts";
export { encodeLegacy, legacyDigest, verifyLegacy } from "./legacy.ts";
export { readOutputScript } from "./output-script.ts";
export {
  completeLegacy,
  completeMessage,
  type KeySignature,
  type NumberedLeaf,
  type SignedMessage,
} from "./sign.ts";
export {
  scriptOf,
  type VerifiedMessage,
  type VerifyError,
  verifyMessage,
  verifySignature,
} from "./verify.ts";
export { messageHash, PROOF_SCRIPT, toSignOf, toSpendOf } from "./virtual.ts";
