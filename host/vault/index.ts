/**
 * The vault's Bitcoin part: wallets and their descriptors, drafting, combining and finalising
 * PSBTs. Each call is a pure step; deciding, storing and talking to signers happen elsewhere.
 */

export type { Psbt } from "bitcoinjs-lib";
export type { AddedSignature, Combiner } from "./combine.ts";
export type { FinalTransaction } from "./combine-final.ts";
export {
  type Draft,
  type DraftError,
  type DraftRequest,
  draftPsbt,
  type Prevout,
} from "./draft.ts";
export { type FundingRequest, madeUpCoins } from "./funding.ts";
export { readPsbt, readPsbtVersion0 } from "./psbt-file.ts";
export { uploadForm } from "./upload-form.ts";
export {
  type AddressKey,
  descriptorChecksum,
  inputFields,
  isChecksumRight,
  isWalletPath,
  type KeyExpression,
  type KeyScript,
  openWallet,
  outputFields,
  type ScriptKind,
  type TaprootLeaf,
  type TaprootOutput,
  type Template,
  type Wallet,
  type WalletAddress,
  type WalletDescriptors,
  type WalletKey,
  walletDescriptors,
} from "./wallet/index.ts";
export { VAULT_LIMITS } from "./wallet-limits.ts";
export { askQuorum, type QuorumEvent, type QuorumResult, type QuorumSigner } from "./quorum.ts";
