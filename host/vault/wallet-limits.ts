/** Every bound of the vault's Bitcoin part, with its unit and its reason. */
export const VAULT_LIMITS = {
  /** sat: 21 million bitcoin; no amount and no sum of amounts is above it. */
  amountSats: 21e14,
  /** sat: change below this is not worth an output; Bitcoin Core's dust limit for P2WSH. */
  dustChangeSats: 330,
  /** sat/vB: far above every fee market so far; a slip of the decimal point stops here. */
  feeRate: 5_000,
  /** weight units: the heaviest transaction that nodes relay (Bitcoin Core's policy). */
  transactionWeight: 400_000,
  /** inputs: what a signer takes in one PSBT. */
  inputs: 20_000,
  /** keys in a wallet: OP_16 is the last number of one byte in its script. */
  walletKeys: 16,
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
