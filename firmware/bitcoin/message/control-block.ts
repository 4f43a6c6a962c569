/** What proves a leaf under a taproot output (BIP-341, "Script validation rules"). */
import type { Crypto } from "../../hal.ts";
import { concatBytes } from "../encoding/bytes.ts";
import type { DerivedTaproot } from "../wallet/script.ts";
import { createTaproot, LEAF_VERSION, type Taproot } from "../wallet/scripts/taproot.ts";
import type { TapTree } from "../wallet/template/template.ts";

/** A tree's hash, and the hashes beside the way from a leaf of it up, if the leaf is in it. */
interface Climb {
  readonly hash: Uint8Array;
  /** Leaves in it. */
  readonly size: number;
  readonly siblings?: readonly Uint8Array[];
}

/** Climbs from leaf `wanted`; the tree's first leaf is the one at `first`. */
const climb = (
  tree: TapTree,
  leaves: DerivedTaproot["leaves"],
  wanted: number,
  first: number,
  taproot: Taproot,
): Climb => {
  if (!("left" in tree)) {
    const hash = leaves[first]?.hash ?? new Uint8Array(32);
    return first === wanted ? { hash, size: 1, siblings: [] } : { hash, size: 1 };
  }
  const left = climb(tree.left, leaves, wanted, first, taproot);
  const right = climb(tree.right, leaves, wanted, first + left.size, taproot);
  const siblings =
    (left.siblings && [...left.siblings, right.hash]) ??
    (right.siblings && [...right.siblings, left.hash]);
  const whole = { hash: taproot.branchHash(left.hash, right.hash), size: left.size + right.size };
  return siblings === undefined ? whole : { ...whole, siblings };
};

/** The control block of the leaf at a place in the template's order. */
export const controlBlock = (
  tree: TapTree,
  { internalKey, parity, leaves }: DerivedTaproot,
  leaf: number,
  crypto: Crypto,
): Uint8Array => {
  const { siblings = [] } = climb(tree, leaves, leaf, 0, createTaproot(crypto));
  return concatBytes(Uint8Array.of(LEAF_VERSION | parity), internalKey, ...siblings);
};
