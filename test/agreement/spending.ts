/** Which way a spend goes, and whose signatures it takes: the device's and some others'. */
import { elementOf } from "../bitcoin/expect-value.ts";
import { compare, type PlacedLeaf, placeOf, publicKeyOf, xOnly } from "./places.ts";
import type { Place } from "./seam.ts";
import type { AgreementWallet, Multisig } from "./wallets.ts";

/** The leaf that is spent. */
export interface SpendingLeaf extends PlacedLeaf {
  /** 33 bytes each, in the script's order. */
  readonly keysInScript: readonly Uint8Array[];
}

const isOwn = ({ expressions, ownKey }: AgreementWallet, at: number): boolean =>
  elementOf(expressions, at).key === ownKey;

/** The leaf by which a place is spent: the first that has the device's key; else the key path. */
export const spendingLeaf = (wallet: AgreementWallet, place: Place): SpendingLeaf | undefined => {
  const { keys, taproot } = placeOf(wallet, place);
  if (place.index % 2 === 0 && wallet.kind === "tr" && isOwn(wallet, 0)) return undefined;
  const leaf = taproot?.leaves.find(({ multisig }) =>
    multisig.expressions.some((at) => isOwn(wallet, at)),
  );
  if (leaf === undefined) return undefined;
  const { sorted, expressions } = leaf.multisig;
  const inOrder = expressions.map((at) => publicKeyOf(elementOf(keys, at)));
  const keysInScript = sorted ? inOrder.toSorted((a, b) => compare(xOnly(a), xOnly(b))) : inOrder;
  return { ...leaf, keysInScript };
};

/** The device's expression and others of a multisig, as many as must sign. */
const quorumOf = (wallet: AgreementWallet, { threshold, expressions }: Multisig) => {
  const own = expressions.filter((at) => isOwn(wallet, at));
  const others = expressions.filter((at) => !isOwn(wallet, at));
  return [...own, ...others].slice(0, threshold);
};

/** The expressions whose signatures spend a place, the device's among them. */
export const spendingExpressions = (wallet: AgreementWallet, place: Place): readonly number[] => {
  const leaf = spendingLeaf(wallet, place);
  if (leaf !== undefined) return quorumOf(wallet, leaf.multisig);
  const [multisig] = wallet.kind === "tr" ? [] : wallet.multisigs;
  return multisig === undefined ? [0] : quorumOf(wallet, multisig);
};
