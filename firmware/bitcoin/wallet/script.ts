/** The scripts of a wallet, and where they stand in its two branches. */
import { assert, fail, ok, type Outcome } from "../../../protocol/errors.ts";
import type { Crypto } from "../../hal.ts";
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
}

/** The children of each key expression in a branch. */
const branchKeys = (policy: WalletPolicy, branch: Branch, crypto: Crypto): readonly ChildKeys[] =>
  policy.expressions.map(({ key, branches }) => {
    const parent = policy.keys[key];
    assert(parent !== undefined, "a template names keys that its policy has");
    const node = deriveChild(parent.node, branches[branch], crypto);
    assert(node.ok, "a branch node exists: its absence has a chance of 2^-127");
    return createChildKeys(node.value, crypto);
  });

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
  children: readonly ChildKeys[],
  index: number,
): readonly Uint8Array[] | undefined => {
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
  const branches: (readonly ChildKeys[])[] = [];
  const childrenOf = (branch: Branch): readonly ChildKeys[] => {
    const children = branches[branch] ?? branchKeys(policy, branch, crypto);
    branches[branch] = children;
    return children;
  };
  const derive: Deriver["derive"] = (branch, index) => {
    const publicKeys = keysAt(childrenOf(branch), index);
    const script = publicKeys && build(publicKeys);
    return script === undefined ? fail("index_out_of_range") : ok(script);
  };
  return {
    derive: rememberPlaces(derive),
    addressOf: (script) => describeOutput(script, { crypto, network }),
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
