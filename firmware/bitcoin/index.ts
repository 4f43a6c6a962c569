/**
 * Bitcoin, as the device understands it: our own, minimal and linear, a second implementation
 * beside the host's. Bytes of a peer go in at `review` and `parseWalletPolicy`, and come out as
 * values or as refusals by name; nothing here throws for what a peer sent, holds a secret or has
 * an effect. From the bottom up, each room importing only those above it here:
 *
 * - `limits`, `network`, `steps`; `encoding/`: bytes with bounds, base58, bech32 (BIP-173, 350),
 *   DER (BIP-66)
 * - `wallet/`: keys, policies, scripts, addresses, descriptors (BIP-32, 67, 341, 380 to 388)
 * - `transaction/`: transactions and what is signed of them (BIP-143, 341, 342)
 * - `psbt/`: PSBTs as they come, and what is kept of them (BIP-174, 370, 371)
 * - `review/`: the judgement, and what a person is shown of it
 * - `message/`: signed messages and proofs of funds, which spend nothing (BIP-322, 137)
 */
export { type AddressContext, describeOutput } from "./wallet/address.ts";
export { isSame } from "./encoding/bytes.ts";
export { descriptorChecksum, descriptors } from "./wallet/descriptor.ts";
export { fingerprintOf, hash160, isChildIndex, parseXpub, toXpub } from "./wallet/extended-key.ts";
export { BITCOIN_LIMITS } from "./limits.ts";
export { type MessagePlan, type MessageRequest, planMessage } from "./message/plan.ts";
export {
  type ProofError,
  type ProofRequest,
  type ProofReview,
  reviewProofSteps,
} from "./message/proof-review.ts";
export { NETWORK_NAMES, NETWORKS, type NetworkName, type NetworkPrefixes } from "./network.ts";
export type { PsbtError } from "./psbt/refusal.ts";
export {
  createPsbtReader,
  parsePsbt,
  type Psbt,
  type PsbtContext,
  type PsbtReader,
} from "./psbt/psbt.ts";
export {
  type Review,
  type ReviewContext,
  type ReviewError,
  review,
  reviewSteps,
} from "./review/review.ts";
export type { ReviewedInputs } from "./review/inputs.ts";
export { signableOf } from "./review/signable.ts";
export type { OutputKind, ReviewedOutput } from "./review/outputs.ts";
export { formatAddress, formatAmount, walletLine } from "./review/screens.ts";
export type { WalletPlace } from "./review/places.ts";
export { ownKey, type RegisteredWallet } from "./wallet/registered-wallet.ts";
export { registrationLines } from "./wallet/registration-lines.ts";
export {
  type Branch,
  createDeriver,
  type DerivedAddress,
  type DerivedLeaf,
  type DerivedScript,
  type DerivedTaproot,
  type Deriver,
  deriveAddress,
} from "./wallet/script.ts";
export type { KeyExpression, ScriptKind } from "./wallet/template/template.ts";
export { formatKey, formatPath, type WalletKey } from "./wallet/wallet-key.ts";
export {
  parseWalletPolicy,
  type WalletPolicy,
  type WalletPolicyError,
  type WalletPolicyText,
  walletId,
} from "./wallet/wallet-policy.ts";
