/** Every bound of the vault's Bitcoin part, with its unit and its reason. */
export const VAULT_LIMITS = {
  /** sat: 21 million bitcoin; no amount and no sum of amounts is above it. */
  amountSats: 21e14,
  /** sat/vB: far above every fee market so far; a slip of the decimal point stops here. */
  feeRate: 5_000,
  /** weight units: the heaviest transaction that nodes relay (Bitcoin Core's policy). */
  transactionWeight: 400_000,
  /** inputs: what a signer takes in one PSBT. */
  inputs: 20_000,
  /** inputs of P2PKH or P2SH: the digests of n such inputs cost n squared. */
  legacyInputs: 200,
  /** keys in a wallet: those of the largest multisig, and a taproot's internal key. */
  walletKeys: 16,
  /** keys in a multisig script, at least: below this it is none. */
  multisigKeysMinimum: 2,
  /** keys in a multisig script, at most: P2SH's 520 bytes hold no more. */
  multisigKeysMaximum: 15,
  /** places of keys in a template: each is a derivation for each address. */
  keyExpressions: 30,
  /** leaves of a taproot tree: as many as a device shows on one screen. */
  treeLeaves: 8,
  /** characters in a template, as a device takes them. */
  templateLength: 512,
  /** characters in a wallet's name (BIP-388). */
  walletNameLength: 64,
  /** addresses kept derived per wallet: about 30 MB at three keys. */
  cachedAddresses: 20_000,
  /** index of an address: hardened children begin above it (BIP-32). */
  addressIndex: 0x7fff_ffff,
  /** taproot leaves looked at in one input: a wallet's policy names far fewer. */
  inputLeaves: 64,
  /** bytes of a PSBT file in any encoding: 20,000 inputs of 1 kB each, in hex. */
  psbtFileBytes: 48 * 1024 * 1024,
} as const;
