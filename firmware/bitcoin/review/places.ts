/**
 * Where in a wallet a script stands. What a PSBT says of places is a hint and nothing more: a place
 * counts if the script derived there is the one in question.
 */
import { isSame } from "../encoding/bytes.ts";
import type { Hint } from "../psbt/hints.ts";
import { isChildIndex } from "../wallet/extended-key.ts";
import { ownKey, type RegisteredWallet } from "../wallet/registered-wallet.ts";
import type { Branch } from "../wallet/script.ts";
import type { KeyExpression } from "../wallet/template/template.ts";

/** A place in a wallet. */
export interface WalletPlace {
  readonly branch: Branch;
  readonly index: number;
}

const isSamePath = (path: readonly number[], other: readonly number[]): boolean =>
  path.length === other.length && path.every((step, at) => step === other[at]);

/** The branch that a child number leads to, for an expression. */
const branchOf = ({ branches }: KeyExpression, child: number | undefined): Branch | undefined => {
  if (child === branches[0]) return 0;
  return child === branches[1] ? 1 : undefined;
};

const firstBranch = (
  expressions: readonly KeyExpression[],
  child: number | undefined,
): Branch | undefined => {
  for (const expression of expressions) {
    const branch = branchOf(expression, child);
    if (branch !== undefined) return branch;
  }
  return undefined;
};

/** The branch that a way from the master key leads to, by the device's own key of a wallet. */
export const branchOfWay = (
  wallet: RegisteredWallet,
  way: readonly number[],
): Branch | undefined => {
  const { policy, ownKeyIndex } = wallet;
  if (!isSamePath(way.slice(0, -1), ownKey(wallet).originPath)) return undefined;
  const own = policy.expressions.filter(({ key }) => key === ownKeyIndex);
  return firstBranch(own, way.at(-1));
};

/** The place a hint names for one of the wallet's keys. */
const placeOfHint = ({ policy }: RegisteredWallet, hint: Hint): WalletPlace | undefined => {
  const index = hint.path.at(-1);
  if (index === undefined || !isChildIndex(index)) return undefined;
  const [way, child] = [hint.path.slice(0, -2), hint.path.at(-2)];
  const named = policy.expressions.filter(({ key }) => {
    const holder = policy.keys[key];
    return (
      holder !== undefined &&
      isSame(hint.fingerprint, holder.fingerprint) &&
      isSamePath(way, holder.originPath)
    );
  });
  const branch = firstBranch(named, child);
  return branch === undefined ? undefined : { branch, index };
};

/** The first place that hints name for one of the wallet's keys. */
export const findPlace = (
  wallet: RegisteredWallet,
  hints: readonly Hint[],
): WalletPlace | undefined => {
  for (const hint of hints) {
    const place = placeOfHint(wallet, hint);
    if (place !== undefined) return place;
  }
  return undefined;
};
