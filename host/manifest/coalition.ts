/**
 * What a set of people can bring about under a manifest: which keys they can provision. Absence
 * and theft are both questions about such sets.
 */
import type { Manifest, ManifestKey } from "../../protocol/manifest/manifest.ts";

/** Whether these people's shares satisfy enough of a key's groups (SLIP-39). */
export const canProvision = (
  { groups, groupThreshold }: ManifestKey,
  people: ReadonlySet<string>,
): boolean => {
  const satisfied = groups.filter(
    ({ members, threshold }) => members.filter((name) => people.has(name)).length >= threshold,
  );
  return satisfied.length >= groupThreshold;
};

/** Ids of the keys that these people can provision together. */
export const keysWithin = ({ keys }: Manifest, people: readonly string[]): readonly string[] => {
  const present = new Set(people);
  return keys.filter((key) => canProvision(key, present)).map(({ id }) => id);
};

const cheapestOf = (
  { members, threshold }: ManifestKey["groups"][number],
  avoided: ReadonlySet<string>,
): readonly string[] =>
  members.toSorted((a, b) => Number(avoided.has(a)) - Number(avoided.has(b))).slice(0, threshold);

/**
 * People who can provision a key, as few of `avoided` among them as can be. Exact where nobody
 * holds two shares of the key, which the roster's rules demand.
 */
export const provisionersAvoiding = (
  { groups, groupThreshold }: ManifestKey,
  avoided: ReadonlySet<string>,
): readonly string[] => {
  const cost = (names: readonly string[]): number =>
    names.filter((name) => avoided.has(name)).length;
  return groups
    .map((group) => cheapestOf(group, avoided))
    .toSorted((a, b) => cost(a) - cost(b))
    .slice(0, groupThreshold)
    .flat();
};
