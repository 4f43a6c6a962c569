/** Wallets: policies of BIP-388, their addresses, descriptors, and what PSBTs say of them. */

export {
  descriptorChecksum,
  isChecksumRight,
  type WalletDescriptors,
  walletDescriptors,
} from "./descriptor.ts";
export type { WalletKey } from "./key.ts";
export { inputFields, outputFields } from "./updater-fields.ts";
export type { TaprootLeaf, TaprootOutput } from "./taproot.ts";
export {
  isScriptHash,
  isSpentByWitness,
  type KeyExpression,
  type KeyScript,
  type ScriptKind,
  type Template,
} from "./template.ts";
export {
  type AddressKey,
  isWalletPath,
  openWallet,
  type Wallet,
  type WalletAddress,
} from "./wallet.ts";
