/** Which splits SLIP-39 allows, and the headers of the shares that come of one. */
import type { ShareHeader, SplitPlan } from "../../../firmware/hal.ts";
import { SECRET_LIMITS } from "../limits.ts";

/** What SLIP-39's cipher is salted with, and for how long it works: a share's header has it. */
export interface CipherSettings {
  readonly identifier: number;
  readonly extendable: boolean;
  readonly iterationExponent: number;
}

/** The settings of a new set, its identifier taken from 16 random bits. */
export const settingsOf = (random: number): CipherSettings => ({
  identifier: random & SECRET_LIMITS.slip39Identifier,
  extendable: true,
  iterationExponent: 0,
});

const isThreshold = (threshold: number, count: number): boolean =>
  Number.isInteger(threshold) &&
  Number.isInteger(count) &&
  threshold >= 1 &&
  threshold <= count &&
  count <= SECRET_LIMITS.slip39Members;

/** SLIP-39: members of a 1-of-n group would hold one and the same value, so n is 1 there. */
export const isPlan = ({ groupThreshold, groups }: SplitPlan): boolean =>
  isThreshold(groupThreshold, groups.length) &&
  groups.every(
    ({ threshold, count }) => isThreshold(threshold, count) && (threshold > 1 || count === 1),
  );

/** The header of one share of a plan. */
export const headerOf = (
  settings: CipherSettings,
  { groupThreshold, groups }: SplitPlan,
  groupIndex: number,
  memberIndex: number,
): ShareHeader => ({
  ...settings,
  groupIndex,
  groupThreshold,
  groupCount: groups.length,
  memberIndex,
  memberThreshold: groups[groupIndex]?.threshold ?? 0,
});
