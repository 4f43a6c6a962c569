/** Which of the wallet's keys sign an input of the wallet's, and over what. */
import { fail, ok, type Outcome } from "../../../protocol/errors.ts";
import type { Crypto } from "../../hal.ts";
import { leafTag } from "../psbt/tap-claims.ts";
import { ownExpressions, type RegisteredWallet } from "../wallet/registered-wallet.ts";
import type { DerivedScript, DerivedTaproot } from "../wallet/script.ts";
import { LEAF_VERSION } from "../wallet/scripts/taproot.ts";

/** A key that signs: its place in the template, and the leaf that it signs for. */
export interface Signer {
  /** Which of the policy's key expressions. */
  readonly expression: number;
  /** Which leaf, in the template's order; without it the output's own key or script. */
  readonly leaf?: number;
}

/** Of a taproot template the internal key is the first. */
const INTERNAL = 0;

/** The leaves that a PSBT names, by their tags; undefined for one that is not in the tree. */
const namedLeaves = (
  { leaves }: DerivedTaproot,
  tags: Uint32Array,
  crypto: Crypto,
): readonly number[] | undefined => {
  if (tags.length === 0) return [];
  const known = leaves.map(({ script }) => leafTag(LEAF_VERSION, script, crypto));
  const named = Array.from(tags, (tag) => known.indexOf(tag));
  return named.includes(-1) ? undefined : named;
};

/**
 * Of taproot: the output's own key where it is ours, and our keys in the leaves that the PSBT
 * names. Where neither gives anybody to sign, our keys in all leaves.
 */
const taprootSigners = (
  own: readonly number[],
  taproot: DerivedTaproot,
  tags: Uint32Array,
  crypto: Crypto,
): Outcome<readonly Signer[], "leaf_foreign"> => {
  const named = namedLeaves(taproot, tags, crypto);
  if (named === undefined) return fail("leaf_foreign");
  const inLeaf = (leaf: number): readonly Signer[] =>
    (taproot.leaves[leaf]?.expressions ?? [])
      .filter((expression) => own.includes(expression))
      .map((expression) => ({ expression, leaf }));
  const byKey = own.includes(INTERNAL) ? [{ expression: INTERNAL }] : [];
  const asked = [...byKey, ...[...new Set(named)].flatMap(inLeaf)];
  return ok(asked.length > 0 ? asked : taproot.leaves.flatMap((_, leaf) => inLeaf(leaf)));
};

/** Finds who signs; `tags` are those of the leaves that the PSBT names. */
export const createSigners = (wallet: RegisteredWallet, crypto: Crypto) => {
  const own = ownExpressions(wallet);
  const only: readonly Signer[] = own.map((expression) => ({ expression }));
  const byKey: readonly Signer[] = own.includes(INTERNAL) ? [{ expression: INTERNAL }] : [];
  return (
    { taproot }: DerivedScript,
    tags: Uint32Array,
  ): Outcome<readonly Signer[], "leaf_foreign"> => {
    if (taproot !== undefined) {
      const isByKey = tags.length === 0 && byKey.length > 0;
      return isByKey ? ok(byKey) : taprootSigners(own, taproot, tags, crypto);
    }
    return tags.length > 0 ? fail("leaf_foreign") : ok(only);
  };
};
