/** What stands at one place of a wallet, whatever its kind. */

/** The script, what is behind its hash, and the keys in it. */
export interface DerivedScript {
  readonly scriptPubKey: Uint8Array;
  /** Of P2SH (BIP-16). */
  readonly redeemScript?: Uint8Array;
  /** Of P2WSH (BIP-141). */
  readonly witnessScript?: Uint8Array;
  /**
   * What digests before taproot commit to: the script itself, the redeem or the witness script, or
   * BIP-143's stand-in for P2WPKH. Empty for taproot.
   */
  readonly scriptCode: Uint8Array;
  /** 33 bytes each, in the order of the template's key expressions (not of the script). */
  readonly publicKeys: readonly Uint8Array[];
  readonly taproot?: DerivedTaproot;
}

/** What is behind a taproot output (BIP-341). */
export interface DerivedTaproot {
  /** 32 bytes, x-only. */
  readonly internalKey: Uint8Array;
  /** 32 bytes, x-only: the one in the output. */
  readonly outputKey: Uint8Array;
  /** Of the output key's Y: 0 even, 1 odd. */
  readonly parity: number;
  /** 32 bytes, t: what was added to the internal key. */
  readonly tweak: Uint8Array;
  /** 32 bytes; empty where there is no tree. */
  readonly merkleRoot: Uint8Array;
  /** In the template's order. */
  readonly leaves: readonly DerivedLeaf[];
}

/** A leaf of the script tree; its version is 0xc0. */
export interface DerivedLeaf {
  readonly script: Uint8Array;
  /** 32 bytes: TapLeaf. */
  readonly hash: Uint8Array;
  /** Places in the template's key expressions. */
  readonly expressions: readonly number[];
}

/**
 * Builds the script of a wallet's kind from its keys; `undefined` where taproot's has none. Of a
 * taproot output without scripts the key may be known: 33 bytes.
 */
export type ScriptBuilder = (
  publicKeys: readonly Uint8Array[],
  outputKey?: Uint8Array,
) => DerivedScript | undefined;
