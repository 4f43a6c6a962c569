/**
 * What a chain hands to signing, on one page: a review whose steps may wish for keys, and tasks.
 * `bitcoin/` makes them, and so may another chain, or another scheme, in a folder of its own.
 */
import type { ErrorName, Outcome } from "../../protocol/errors.ts";
import type { KeyForm, PublicParent } from "../hal.ts";

/** One signature to be made: by which key, over what, and under which key it has to verify. */
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

/** What is to be signed with one key of this device's. */
export interface Signable {
  /** From the master key to the wallet's own one. */
  readonly originPath: readonly number[];
  /** Inputs that are signed: what progress is told of. */
  readonly count: number;
  /** All tasks in their order; each is made when it is asked for. */
  readonly tasks: () => Iterable<SigningTask>;
}

/** Takes public keys that were derived elsewhere (BIP-32, CKDpub). */
export interface SuppliedDeriver {
  /** The nodes whose children are a branch's keys, one for each of the wallet's. */
  readonly parents: (branch: 0 | 1) => readonly PublicParent[];
  /** How the keys are to come. */
  readonly form: KeyForm;
  /**
   * Keys in that form: those of all parents for the first index, then for the second. They are used
   * once, and those of a branch go when the next ones come.
   */
  readonly supply: (branch: 0 | 1, indices: Uint32Array, publicKeys: Uint8Array) => void;
  /** What was supplied for a branch and not used goes. */
  readonly drop: (branch: 0 | 1) => void;
}

/** Places of one branch whose keys may be supplied to the deriver. */
export interface KeysWish {
  readonly deriver: SuppliedDeriver;
  readonly branch: 0 | 1;
  readonly indices: Uint32Array;
}

/**
 * The steps of a review, whatever it comes to. They yield wishes now and then: those of one step
 * are to be met before the step after the next that has some, or not at all.
 */
export type ReviewWork<T, E extends ErrorName> = WishfulSteps<Outcome<T, E>>;

/** Steps that may wish for keys. */
export type WishfulSteps<T> = Generator<readonly KeysWish[] | undefined, T, void>;
