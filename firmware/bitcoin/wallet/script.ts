/** The scripts of a wallet, and where they stand in its two branches. */
import { assert, fail, ok, type Outcome } from "../../../protocol/errors.ts";
import type { Crypto, PublicNode } from "../../hal.ts";
import { describeOutput } from "./address.ts";
import { type ChildKeys, createChildKeys, deriveChild, isChildIndex } from "./extended-key.ts";
import { BITCOIN_LIMITS } from "../limits.ts";
import type { NetworkName } from "../network.ts";
import type { DerivedScript } from "./scripts/derived-script.ts";
import { createScriptBuilder } from "./scripts/script-builder.ts";
import type { WalletPolicy } from "./wallet-policy.ts";

export type { DerivedLeaf, DerivedScript, DerivedTaproot } from "./scripts/derived-script.ts";

/** 0 receives, 1 takes change (BIP-388, `/**`): the first or the second of a key's branches. */
export type Branch = 0 | 1;

/** Derives the scripts of one wallet. */
export interface Deriver {
  /** An output script's address on the wallet's network. */
  readonly addressOf: (scriptPubKey: Uint8Array) => string;
  /** `index_out_of_range`: not an integer from 0 below 2^31. */
  readonly derive: (branch: Branch, index: number) => Outcome<DerivedScript, "index_out_of_range">;
  /** The nodes whose children are a branch's keys, one for each key expression. */
  readonly parents: (branch: Branch) => readonly PublicNode[];
  /**
   * Keys that were derived elsewhere, 33 bytes each: those of all parents for the first index, then
   * for the second. They are used once, and those of a branch go when the next ones come.
   */
  readonly supply: (branch: Branch, indices: Uint32Array, publicKeys: Uint8Array) => void;
  /** Forgets those of a branch that were not used. */
  readonly drop: (branch: Branch) => void;
}

/** The nodes of a branch, one for each key expression. */
const branchNodes = (policy: WalletPolicy, branch: Branch, crypto: Crypto): readonly PublicNode[] =>
  policy.expressions.map(({ key, branches }) => {
    const parent = policy.keys[key];
    assert(parent !== undefined, "a template names keys that its policy has");
    const node = deriveChild(parent.node, branches[branch], crypto);
    assert(node.ok, "a branch node exists: its absence has a chance of 2^-127");
    return node.value;
  });

/** A branch once it was needed. */
interface KeyBranch {
  readonly parents: readonly PublicNode[];
  readonly children: readonly ChildKeys[];
  /** Keys from elsewhere, by index. */
  readonly supplied: Map<number, readonly Uint8Array[]>;
}

const openBranch = (policy: WalletPolicy, branch: Branch, crypto: Crypto): KeyBranch => {
  const parents = branchNodes(policy, branch, crypto);
  const children = parents.map((node) => createChildKeys(node, crypto));
  return { parents, children, supplied: new Map() };
};

const KEY_BYTES = 33;

const fillSupplied = (
  { parents, supplied }: KeyBranch,
  indices: Uint32Array,
  publicKeys: Uint8Array,
): void => {
  supplied.clear();
  assert(publicKeys.length === KEY_BYTES * parents.length * indices.length, "a key for each");
  let at = 0;
  for (const index of indices) {
    const start = at;
    at += KEY_BYTES * parents.length;
    supplied.set(
      index,
      parents.map((_, i) =>
        publicKeys.subarray(start + KEY_BYTES * i, start + KEY_BYTES * (i + 1)),
      ),
    );
  }
};

/** Forgets what a map has held longest. */
const forgetOldest = (places: Map<number, unknown>): void => {
  const oldest = places.keys().next();
  if (oldest.done !== true) places.delete(oldest.value);
};

/** Remembers what a function gave for a place; at its limit it forgets the oldest. */
const rememberPlaces = (derive: Deriver["derive"]): Deriver["derive"] => {
  const places = new Map<number, ReturnType<Deriver["derive"]>>();
  return (branch, index) => {
    if (!isChildIndex(index)) return fail("index_out_of_range");
    const name = 2 * index + branch;
    const known = places.get(name);
    if (known !== undefined) return known;
    if (places.size >= BITCOIN_LIMITS.rememberedPlaces) forgetOldest(places);
    const derived = derive(branch, index);
    places.set(name, derived);
    return derived;
  };
};

/** The keys of a place; `undefined` where one has none. */
const keysAt = (
  { children, supplied }: KeyBranch,
  index: number,
): readonly Uint8Array[] | undefined => {
  const known = supplied.get(index);
  if (known !== undefined) {
    supplied.delete(index);
    // Copies: a place that is remembered would keep all the keys that were supplied with it.
    return known.map((key) => key.slice());
  }
  const publicKeys: Uint8Array[] = [];
  for (const childOf of children) {
    const key = childOf(index);
    if (key === undefined) return undefined;
    publicKeys.push(key);
  }
  return publicKeys;
};

/**
 * A deriver that keeps the branch nodes of the wallet's keys once they were needed, and the last
 * places that it derived.
 */
export const createDeriver = (
  policy: WalletPolicy,
  network: NetworkName,
  crypto: Crypto,
): Deriver => {
  const build = createScriptBuilder(policy, crypto);
  const branches: KeyBranch[] = [];
  const branchOf = (branch: Branch): KeyBranch => {
    const known = branches[branch] ?? openBranch(policy, branch, crypto);
    branches[branch] = known;
    return known;
  };
  const derive: Deriver["derive"] = (branch, index) => {
    const publicKeys = keysAt(branchOf(branch), index);
    const script = publicKeys && build(publicKeys);
    return script === undefined ? fail("index_out_of_range") : ok(script);
  };
  return {
    derive: rememberPlaces(derive),
    addressOf: (script) => describeOutput(script, { crypto, network }),
    parents: (branch) => branchOf(branch).parents,
    supply: (branch, indices, publicKeys) => fillSupplied(branchOf(branch), indices, publicKeys),
    drop: (branch) => branches[branch]?.supplied.clear(),
  };
};

/** What stands at one place of a wallet, with its address. */
export interface DerivedAddress extends DerivedScript {
  readonly address: string;
}

/** Derives a wallet's address; `index_out_of_range` as `Deriver.derive`. */
export const deriveAddress = (
  deriver: Deriver,
  branch: Branch,
  index: number,
): Outcome<DerivedAddress, "index_out_of_range"> => {
  const derived = deriver.derive(branch, index);
  if (!derived.ok) return derived;
  return ok({ ...derived.value, address: deriver.addressOf(derived.value.scriptPubKey) });
};
