/**
 * What a version may not change of the one before. Seeds were made and split at genesis: as long
 * as nobody makes new shares, a key's groups, its commitments and whom its shares are sealed to
 * stay, and no key comes that no device made under the draft. Pairings that ended stay ended.
 */
import { encodeAs } from "../../protocol/cbor/cbor.ts";
import { MADE, type Manifest, type ManifestKey } from "../../protocol/manifest/manifest.ts";
import { isSame } from "../bitcoin/index.ts";

const isSameMade = ({ made: a }: ManifestKey, { made: b }: ManifestKey): boolean =>
  a !== undefined && b !== undefined && isSame(encodeAs(MADE, a), encodeAs(MADE, b));

/** Names are printable, so no two lists of them are joined to one text. */
const groupsOf = ({ groupThreshold, groups }: ManifestKey): string =>
  [
    groupThreshold,
    ...groups.map(({ name, threshold, members }) => [threshold, name, ...members].join("\n")),
  ].join("\n\n");

const isKept = (key: ManifestKey, { keys }: Manifest): boolean => {
  const before = keys.find(({ id }) => id === key.id);
  return before !== undefined && isSameMade(before, key) && groupsOf(before) === groupsOf(key);
};

const areSharesReadable = ({ people, keys }: Manifest, before: Manifest): boolean => {
  const holders = new Set(keys.flatMap(({ groups }) => groups.flatMap(({ members }) => members)));
  return people.every(({ name, wrappingKey }) => {
    const same = before.people.find((one) => one.name === name);
    return !holders.has(name) || (same !== undefined && isSame(same.wrappingKey, wrappingKey));
  });
};

/** The part that a version from 2 on has no right to change; `undefined` where all is kept. */
export const alteredPart = (before: Manifest, after: Manifest): string | undefined => {
  if (after.network !== before.network) return "/network";
  if (after.generation < before.generation) return "/generation";
  if (!after.keys.every((key) => isKept(key, before))) return "/keys";
  return areSharesReadable(after, before) ? undefined : "/people";
};
