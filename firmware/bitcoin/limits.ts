/** The bounds of this folder, each with unit and reason; checked before anything is kept. */
import { LIMITS } from "../../protocol/limits.ts";

/** Bounds on what a peer may hand to the Bitcoin code. */
export const BITCOIN_LIMITS = {
  /** Bytes of one PSBT: 20,000 inputs with previous transactions of 3 kB. */
  psbtBytes: LIMITS.upload,
  /** Inputs of the transaction to sign: more than a block has room for. */
  inputs: 20_000,
  /** The same from before segwit, each of which hashes the whole transaction by consensus. */
  legacyInputs: 200,
  /** Outputs of the transaction to sign: each payment is a screen. */
  outputs: 2_000,
  /** Bytes of the transaction to sign, unsigned: a block's weight (BIP-141) over 4. */
  unsignedBytes: 1_000_000,
  /** Signatures of one PSBT, as many as a reply has room for: several of an input count each. */
  signatures: LIMITS.signatures,
  /** Entries of one PSBT map: 15 keys take 30; the rest is room for what others keep there. */
  mapEntries: 1_000,
  /** Bytes of a key in a PSBT: a control block of 128 hashes and room for those of others. */
  keyBytes: 4_200,
  /** Ways to branches that the hints of one PSBT name for this device. */
  ways: 255,
  /** Leaves of one input that a PSBT names. */
  namedLeaves: 16,
  /** Hints of one output: two for each of 15 keys, and room. */
  outputHints: 32,
  /** Bytes of a script that can be spent (consensus). */
  scriptBytes: 10_000,
  /** Bytes of a previous transaction: a block's weight (BIP-141). */
  transactionBytes: 4_000_000,
  /** Inputs of a previous transaction: a block's weight (BIP-141) over 41 bytes of weight 4. */
  previousInputs: 24_390,
  /** Outputs of a previous transaction: a block's weight over 9 bytes of weight 4. */
  previousOutputs: 111_111,
  /** Elements of a derivation path: BIP-32 counts the depth in one byte. */
  pathElements: 255,
  /** Satoshis, of one amount and of a sum: there are never more than 21 million bitcoin. */
  amountSats: 2_100_000_000_000_000,
  /** Child numbers below this are not hardened (BIP-32). */
  hardenedIndex: 0x80000000,
  /** Keys of a multisig, at least: below this it is none. */
  multisigKeysMin: 2,
  /** Keys of a multisig, at most: 513 bytes of script, where P2SH has room for 520 (BIP-16). */
  multisigKeysMax: 15,
  /** Leaves of a script tree: a person reads them on one screen. */
  tapLeaves: 8,
  /** Forks above a leaf: what 8 leaves can come to, and how deep the parser calls itself. */
  tapDepth: 7,
  /** Key expressions of a template: a place costs one derivation for each. */
  keyExpressions: 30,
  /** Characters of a wallet's name: two lines of a screen. */
  walletNameChars: 64,
  /** Characters of a wallet's template: 30 expressions as `@14/<10;11>/*`, and a tree. */
  walletTemplateChars: LIMITS.walletTemplate,
  /** Characters of a key in a wallet policy: an origin of 10 elements and an xpub. */
  walletKeyChars: 256,
  /** Elements of a key's origin path: BIP-48 has 4. */
  originElements: 10,
  /** Characters of a base58 text: an xpub has 111. */
  base58Chars: 112,
  /** Bytes of a script without an address that are shown in full: OP_RETURN with 80 fits. */
  shownScriptBytes: 83,
  /** Relative locks that are shown one by one; the others are counted. */
  shownLocks: 3,
  /** Indices that change may be ahead of the inputs unsaid: the widest gap wallets look across. */
  changeGap: 1_000,
  /** Indices that it may be ahead at all: what a rescan finds in minutes. */
  changeReach: 20_000,
  /** Satoshis of a fee that is paid without the wallet's allowance: 1 BTC. */
  feeSats: 100_000_000,
  /** Percent of what is spent that a fee may be without the wallet's allowance. */
  feePercent: 25,
  /** Characters of a message on one line: an escape of 10 fits, and small displays have room. */
  messageLineChars: 32,
  /** Lines of a message on one page: what a person reads at a glance. */
  messagePageLines: 8,
  /** Places that a deriver remembers: 3 kB each with 15 keys, and there may be 1,000 wallets. */
  rememberedPlaces: 8,
} as const;
