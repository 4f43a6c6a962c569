/**
 * What SLIP-39 asks of the shares of one secret before their values are looked at (SLIP-39,
 * "Format of the share mnemonic" and "Combining the shares"). Headers come from peers.
 */
import type { ShareHeader } from "../../../firmware/hal.ts";
import { fail, type Outcome, ok } from "../../../protocol/errors.ts";
import { isSeedLength, SECRET_LIMITS } from "../limits.ts";
import type { PointAt } from "./galois.ts";

/** A share with its value in the open: what `split` makes and `recombine` reads. */
export interface OpenShare {
  readonly header: ShareHeader;
  /** As long as the seed. */
  readonly value: Uint8Array;
}

/** Why shares do not go together. */
export type ShareError = "shares_mixed" | "share_repeated" | "shares_wrong";

const isWithin = (value: number, least: number, most: number): boolean =>
  Number.isInteger(value) && value >= least && value <= most;

const isPossible = ({ header, value }: OpenShare): boolean => {
  const members = SECRET_LIMITS.slip39Members;
  return (
    isSeedLength(value.length) &&
    isWithin(header.identifier, 0, SECRET_LIMITS.slip39Identifier) &&
    isWithin(header.iterationExponent, 0, SECRET_LIMITS.slip39Exponent) &&
    isWithin(header.groupCount, 1, members) &&
    isWithin(header.groupThreshold, 1, header.groupCount) &&
    isWithin(header.groupIndex, 0, header.groupCount - 1) &&
    isWithin(header.memberThreshold, 1, members) &&
    isWithin(header.memberIndex, 0, members - 1)
  );
};

const isOfSet = (one: OpenShare, other: OpenShare): boolean =>
  one.header.identifier === other.header.identifier &&
  one.header.extendable === other.header.extendable &&
  one.header.iterationExponent === other.header.iterationExponent &&
  one.header.groupThreshold === other.header.groupThreshold &&
  one.header.groupCount === other.header.groupCount &&
  one.value.length === other.value.length;

const isOfGroup = (one: OpenShare, other: OpenShare): boolean =>
  one.header.groupIndex !== other.header.groupIndex ||
  one.header.memberThreshold === other.header.memberThreshold;

const placeOf = ({ header }: OpenShare): number =>
  header.groupIndex * SECRET_LIMITS.slip39Members + header.memberIndex;

/** The shares if each is possible, all are of one set, and none stands twice; never empty. */
export const checkSet = (
  shares: readonly OpenShare[],
): Outcome<readonly [OpenShare, ...OpenShare[]], ShareError> => {
  const [first, ...others] = shares;
  if (first === undefined || !shares.every(isPossible)) return fail("shares_wrong");
  const isMixed = shares.some(
    (share) => !isOfSet(share, first) || shares.some((other) => !isOfGroup(share, other)),
  );
  if (isMixed) return fail("shares_mixed");
  if (new Set(shares.map(placeOf)).size < shares.length) return fail("share_repeated");
  return ok([first, ...others]);
};

/** The shares of one group. */
export interface ShareGroup {
  readonly index: number;
  readonly threshold: number;
  /** Member index and value of each share. */
  readonly points: readonly PointAt[];
}

/** The shares by group; all of a group have the same threshold. */
export const groupsOf = (shares: readonly OpenShare[]): readonly ShareGroup[] => {
  const members = Map.groupBy(shares, (share) => share.header.groupIndex);
  return [...members].map(([index, group]) => ({
    index,
    threshold: Math.max(...group.map(({ header }) => header.memberThreshold)),
    points: group.map(({ header, value }) => ({ x: header.memberIndex, y: value })),
  }));
};
