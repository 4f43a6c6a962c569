/** The keys of a wallet's branch: derived here, or supplied by whoever derived them elsewhere. */
import { assert } from "../../../protocol/errors.ts";
import type { Crypto, KeyForm, PublicParent } from "../../hal.ts";
import { createChildKeys, deriveParent } from "./extended-key.ts";
import type { WalletPolicy } from "./wallet-policy.ts";

/** 0 receives, 1 takes change (BIP-388, `/**`): the first or the second of a key's branches. */
export type Branch = 0 | 1;

/** The keys of one place. */
export interface PlaceKeys {
  /** 33 bytes each, in the order of the template's key expressions. */
  readonly publicKeys: readonly Uint8Array[];
  /** 33 bytes, where it came with a supplied key: of a taproot output without scripts. */
  readonly outputKey?: Uint8Array;
}

/** A branch that was needed. */
export interface KeyBranch {
  /** The nodes whose children are its keys, one for each key expression. */
  readonly parents: readonly PublicParent[];
  /** `undefined` where a place lacks a key. */
  readonly keysAt: (index: number) => PlaceKeys | undefined;
  /**
   * Keys in the policy's form: those of all parents for the first index, then for the second. They
   * are used once, and go when the next ones come.
   */
  readonly supply: (indices: Uint32Array, publicKeys: Uint8Array) => void;
  /** Forgets what was supplied and not used. */
  readonly drop: () => void;
}

const KEY_BYTES = 33;

/** How keys may be supplied: an output that is made of the key alone can come with it. */
export const keyFormOf = ({ kind, tree }: WalletPolicy): KeyForm =>
  kind === "tr" && tree === undefined ? "with-output-key" : "plain";

const branchParents = (policy: WalletPolicy, branch: Branch, crypto: Crypto) =>
  policy.expressions.map(({ key, branches }): PublicParent => {
    const parent = policy.keys[key];
    assert(parent !== undefined, "a template names keys that its policy has");
    const node = deriveParent(parent.node, branches[branch], crypto);
    assert(node !== undefined, "a branch node exists: its absence has a chance of 2^-127");
    return node;
  });

/** Copies: a place that is remembered would keep all the keys that were supplied with it. */
const cutPlace = (bytes: Uint8Array, keys: number, form: KeyForm): PlaceKeys => {
  const pieceAt = (at: number): Uint8Array => bytes.slice(KEY_BYTES * at, KEY_BYTES * (at + 1));
  if (form === "with-output-key") return { publicKeys: [pieceAt(0)], outputKey: pieceAt(1) };
  return { publicKeys: Array.from({ length: keys }, (_, at) => pieceAt(at)) };
};

/** Derives the branch's nodes. */
export const openBranch = (policy: WalletPolicy, branch: Branch, crypto: Crypto): KeyBranch => {
  const parents = branchParents(policy, branch, crypto);
  const children = parents.map((parent) => createChildKeys(parent, crypto));
  const form = keyFormOf(policy);
  const placeBytes = KEY_BYTES * (form === "plain" ? parents.length : 2);
  const supplied = new Map<number, Uint8Array>();
  const deriveAt = (index: number): PlaceKeys | undefined => {
    const publicKeys: Uint8Array[] = [];
    for (const childOf of children) {
      const key = childOf(index);
      if (key === undefined) return undefined;
      publicKeys.push(key);
    }
    return { publicKeys };
  };
  return {
    parents,
    keysAt: (index) => {
      const known = supplied.get(index);
      if (known === undefined) return deriveAt(index);
      supplied.delete(index);
      return cutPlace(known, parents.length, form);
    },
    supply: (indices, publicKeys) => {
      supplied.clear();
      assert(publicKeys.length === placeBytes * indices.length, "keys for each place");
      for (const [i, index] of indices.entries()) {
        supplied.set(index, publicKeys.subarray(placeBytes * i, placeBytes * (i + 1)));
      }
    },
    drop: () => supplied.clear(),
  };
};
