/** What a seed of the table says of itself. */

/** An account of a seed: from its path on test networks, and its twin on mainnet. */
export interface SeedAccount {
  /** Below the master key, on every network but mainnet: `84'/1'/0'`. Mainnet's coin is `0'`. */
  readonly path: string;
  /** The account's key on test networks. */
  readonly tpub: string;
  /** The key of mainnet's account, whose path has `0'` in place of `1'`. */
  readonly xpub: string;
}

/** An account of one key, with the addresses that a test asks for first, on regtest. */
export interface AddressAccount extends SeedAccount {
  /** At `0/0`. */
  readonly receive: string;
  /** At `1/0`. */
  readonly change: string;
}

/** A seed that everybody knows. */
export interface TestSeed {
  /** BIP-39, English, without a passphrase: what `createEmulator({ seed })` takes. */
  readonly words: string;
  /** Of the master key: 8 hex digits. */
  readonly fingerprint: string;
  /** BIP-48, for P2WSH: the account that `QUORUM` uses. */
  readonly multisig: SeedAccount;
  /** BIP-44. */
  readonly pkh: AddressAccount;
  /** BIP-49. */
  readonly shWpkh: AddressAccount;
  /** BIP-84. */
  readonly wpkh: AddressAccount;
  /** BIP-86. */
  readonly tr: AddressAccount;
}
