/**
 * Seats: who holds which share of a key. A SLIP-39 share says its group and its member by number;
 * the manifest's groups and members, in the order of its encoding, say whose that is.
 */
import type { Manifest, ManifestKey, Person } from "../../protocol/manifest/manifest.ts";
import type { ShareHeader, SplitPlan } from "../hal.ts";
import { DEVICE_LIMITS } from "../limits.ts";

/** A seat. */
export interface Seat {
  readonly person: Person;
  readonly groupIndex: number;
  readonly memberIndex: number;
}

/** All seats of a key, in the order of its shares. */
export const seatsOf = ({ people }: Manifest, { groups }: ManifestKey): readonly Seat[] =>
  groups.flatMap(({ members }, groupIndex) =>
    members.flatMap((name, memberIndex) => {
      const person = people.find((one) => one.name === name);
      return person === undefined ? [] : [{ person, groupIndex, memberIndex }];
    }),
  );

/** How the key's seed is split. */
export const planOf = ({ groupThreshold, groups }: ManifestKey): SplitPlan => ({
  groupThreshold,
  groups: groups.map(({ threshold, members }) => ({ threshold, count: members.length })),
});

/** Whether a share is of such a split, and costs no more work than genesis makes. */
export const fitsPlan = (header: ShareHeader, { groupThreshold, groups }: ManifestKey): boolean => {
  const group = groups[header.groupIndex];
  return (
    group !== undefined &&
    header.groupThreshold === groupThreshold &&
    header.groupCount === groups.length &&
    header.memberThreshold === group.threshold &&
    header.memberIndex < group.members.length &&
    header.iterationExponent <= DEVICE_LIMITS.shareExponent
  );
};

/** How many more shares it takes at least, given those that are there. */
export const missingShares = (
  { groupThreshold, groups }: ManifestKey,
  headers: readonly ShareHeader[],
): number =>
  groups
    .map(({ threshold }, index) => {
      const have = headers.filter(({ groupIndex }) => groupIndex === index).length;
      return Math.max(0, threshold - have);
    })
    .toSorted((a, b) => a - b)
    .slice(0, groupThreshold)
    .reduce((sum, missing) => sum + missing, 0);
