/**
 * Bitcoin, as the device understands it: our own, minimal and linear, a second implementation
 * beside the host's. Bytes of a peer go in at `review` and `parseWalletPolicy`, and come out as
 * values or as refusals by name; nothing here throws for what a peer sent, holds a secret or has
 * an effect. From the bottom up:
 *
 * - `bytes`, `reader`, `limits`, `network`: bytes with bounds; `der`: signatures (BIP-66)
 * - `base58`, `bech32`, `address`, `descriptor`: text forms (BIP-173, BIP-350, BIP-380)
 * - `extended-key`, `wallet-key`, `wallet-policy`, `script`: wallets (BIP-32, BIP-67, BIP-388)
 * - `transaction`, `psbt-fields`, `psbt-map`, `psbt`, `sighash`: transactions (BIP-174, BIP-143)
 * - `review` and its parts: the judgement
 */
export { type AddressContext, describeOutput } from "./address.ts";
export { isSame } from "./bytes.ts";
export { encodeDer } from "./der.ts";
export { descriptorChecksum, descriptors } from "./descriptor.ts";
export { fingerprintOf, hash160, isChildIndex, parseXpub, toXpub } from "./extended-key.ts";
export { BITCOIN_LIMITS } from "./limits.ts";
export { NETWORK_NAMES, NETWORKS, type NetworkName, type NetworkPrefixes } from "./network.ts";
export { type Psbt, type PsbtError, parsePsbt } from "./psbt.ts";
export {
  type Review,
  type ReviewContext,
  type ReviewError,
  review,
  reviewSteps,
} from "./review.ts";
export type { ReviewedInput } from "./review-inputs.ts";
export type { OutputKind, ReviewedOutput } from "./review-outputs.ts";
export { formatAddress, formatAmount, walletLine } from "./review-screens.ts";
export type { RegisteredWallet, WalletPlace } from "./review-wallet.ts";
export {
  type Branch,
  createDeriver,
  type DerivedAddress,
  type DerivedScript,
  type Deriver,
  deriveAddress,
} from "./script.ts";
export { formatKey, formatPath, type WalletKey } from "./wallet-key.ts";
export {
  parseWalletPolicy,
  type WalletPolicy,
  type WalletPolicyError,
  type WalletPolicyText,
  walletId,
} from "./wallet-policy.ts";
