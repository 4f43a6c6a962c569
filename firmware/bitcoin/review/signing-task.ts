/** One signature to be made: by which key, over what, and under which key it has to verify. */

/** What a signature needs besides the key's handle. */
export interface SigningTask {
  readonly input: number;
  /** Which of the wallet's keys: `@i`. */
  readonly key: number;
  /** Which leaf of the script tree, in the template's order. */
  readonly leaf?: number;
  /** The sighash type's byte; 0 for taproot's DEFAULT. */
  readonly sighash: number;
  /** Below the key's origin: the branch's child number, and the index. */
  readonly child: number;
  readonly index: number;
  readonly scheme: "ecdsa" | "schnorr";
  /** 32 bytes. */
  readonly digest: Uint8Array;
  /** 33 bytes, of BIP-340 32: derived from the wallet, not from this device's seed. */
  readonly publicKey: Uint8Array;
  /** 32 bytes, of taproot's key path: what is added to the key (BIP-341). */
  readonly tweak?: Uint8Array;
}
