/** The scripts of a wallet, and where they stand in its two branches. */
import { fail, ok, type Outcome } from "../../../protocol/errors.ts";
import type { Crypto, KeyForm, PublicParent } from "../../hal.ts";
import { describeOutput } from "./address.ts";
import { isChildIndex } from "./extended-key.ts";
import { type Branch, type KeyBranch, keyFormOf, openBranch } from "./key-branch.ts";
import { BITCOIN_LIMITS } from "../limits.ts";
import type { NetworkName } from "../network.ts";
import type { DerivedScript } from "./scripts/derived-script.ts";
import { createScriptBuilder } from "./scripts/script-builder.ts";
import type { WalletPolicy } from "./wallet-policy.ts";

export type { Branch } from "./key-branch.ts";
export type { DerivedLeaf, DerivedScript, DerivedTaproot } from "./scripts/derived-script.ts";

/** Derives the scripts of one wallet. */
export interface Deriver {
  /** An output script's address on the wallet's network. */
  readonly addressOf: (scriptPubKey: Uint8Array) => string;
  /** `index_out_of_range`: not an integer from 0 below 2^31. */
  readonly derive: (branch: Branch, index: number) => Outcome<DerivedScript, "index_out_of_range">;
  /** The nodes whose children are a branch's keys, one for each key expression. */
  readonly parents: (branch: Branch) => readonly PublicParent[];
  /** How keys that are derived elsewhere are to come. */
  readonly form: KeyForm;
  /**
   * Keys that were derived elsewhere, in that form: those of all parents for the first index, then
   * for the second. They are used once, and those of a branch go when the next ones come.
   */
  readonly supply: (branch: Branch, indices: Uint32Array, publicKeys: Uint8Array) => void;
  /** Forgets those of a branch that were not used. */
  readonly drop: (branch: Branch) => void;
}

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
    const keys = branchOf(branch).keysAt(index);
    const script = keys && build(keys.publicKeys, keys.outputKey);
    return script === undefined ? fail("index_out_of_range") : ok(script);
  };
  return {
    derive: rememberPlaces(derive),
    addressOf: (script) => describeOutput(script, { crypto, network }),
    parents: (branch) => branchOf(branch).parents,
    form: keyFormOf(policy),
    supply: (branch, indices, publicKeys) => branchOf(branch).supply(indices, publicKeys),
    drop: (branch) => branches[branch]?.drop(),
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
