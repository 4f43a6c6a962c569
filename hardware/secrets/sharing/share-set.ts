/**
 * What SLIP-39 asks of the shares of one secret before their values are looked at (SLIP-39,
 * "Format of the share mnemonic" and "Combining the shares"). Headers come from peers; of a
 * value only its length is known here.
 */
import type { ShareHeader } from "../../../firmware/hal.ts";
import { fail, type Outcome, ok } from "../../../protocol/errors.ts";
import { isSeedLength, SECRET_LIMITS } from "../limits.ts";

/** A share as its set sees it. */
export interface SetShare {
  readonly header: ShareHeader;
  /** Bytes of the value: as many as the seed has. */
  readonly length: number;
}

/** Why shares do not go together. */
export type ShareError = "shares_mixed" | "share_repeated" | "shares_wrong";

const isWithin = (value: number, least: number, most: number): boolean =>
  Number.isInteger(value) && value >= least && value <= most;

const isPossible = ({ header, length }: SetShare): boolean => {
  const members = SECRET_LIMITS.slip39Members;
  return (
    isSeedLength(length) &&
    isWithin(header.identifier, 0, SECRET_LIMITS.slip39Identifier) &&
    isWithin(header.iterationExponent, 0, SECRET_LIMITS.slip39Exponent) &&
    isWithin(header.groupCount, 1, members) &&
    isWithin(header.groupThreshold, 1, header.groupCount) &&
    isWithin(header.groupIndex, 0, header.groupCount - 1) &&
    isWithin(header.memberThreshold, 1, members) &&
    isWithin(header.memberIndex, 0, members - 1)
  );
};

const isOfSet = (one: SetShare, other: SetShare): boolean =>
  one.header.identifier === other.header.identifier &&
  one.header.extendable === other.header.extendable &&
  one.header.iterationExponent === other.header.iterationExponent &&
  one.header.groupThreshold === other.header.groupThreshold &&
  one.header.groupCount === other.header.groupCount &&
  one.length === other.length;

const isOfGroup = (one: SetShare, other: SetShare): boolean =>
  one.header.groupIndex !== other.header.groupIndex ||
  one.header.memberThreshold === other.header.memberThreshold;

const placeOf = ({ header }: SetShare): number =>
  header.groupIndex * SECRET_LIMITS.slip39Members + header.memberIndex;

/** The shares if each is possible, all are of one set, and none stands twice; never empty. */
export const checkSet = <S extends SetShare>(
  shares: readonly S[],
): Outcome<readonly [S, ...S[]], ShareError> => {
  const [first, ...others] = shares;
  if (first === undefined || !shares.every(isPossible)) return fail("shares_wrong");
  const isMixed = shares.some(
    (share) => !isOfSet(share, first) || shares.some((other) => !isOfGroup(share, other)),
  );
  if (isMixed) return fail("shares_mixed");
  if (new Set(shares.map(placeOf)).size < shares.length) return fail("share_repeated");
  return ok([first, ...others]);
};

/** The shares of one group; all have the same threshold. */
export interface ShareGroup<S extends SetShare> {
  readonly index: number;
  readonly threshold: number;
  readonly shares: readonly S[];
}

/** The shares of a checked set by group, without the groups that are not complete. */
export const completeGroups = <S extends SetShare>(
  shares: readonly S[],
): readonly ShareGroup<S>[] => {
  const members = Map.groupBy(shares, (share) => share.header.groupIndex);
  return [...members]
    .map(([index, group]) => ({
      index,
      threshold: Math.max(...group.map(({ header }) => header.memberThreshold)),
      shares: group,
    }))
    .filter((group) => group.shares.length >= group.threshold);
};
