/**
 * Whether a manifest means something: names that can be shown and refer to somebody, thresholds
 * that can be met, nobody who counts twice. Who must not hold too much power is the business of
 * those who sign; a device asks only what its own decisions rest upon.
 */
import { LIMITS } from "../../protocol/limits.ts";
import type { Manifest, ManifestKey } from "../../protocol/manifest/manifest.ts";
import { isKeyName } from "../../protocol/session/pairing.ts";

/** Printable ASCII without spaces at its ends: names stand on screens. */
const NAME = /^[!-~](?:[ -~]*[!-~])?$/;

/** What stands between names: one that held it could be read as two, or as a threshold. */
const SEPARATOR = /[,:;|]| {2}/;

const isName = (name: string): boolean => NAME.test(name) && !SEPARATOR.test(name);

const isDistinct = (items: readonly string[]): boolean => new Set(items).size === items.length;

const isWithin = (threshold: number, count: number): boolean =>
  threshold >= 1 && threshold <= count;

const hexOf = (bytes: Uint8Array): string => bytes.join();

const arePeopleSound = ({ people }: Manifest): boolean =>
  people.length > 0 &&
  people.every(({ name, site, duties }) => isName(name) && isName(site) && duties.length > 0) &&
  isDistinct(people.map(({ name }) => name.toLowerCase())) &&
  isDistinct(people.map(({ signingKey }) => hexOf(signingKey))) &&
  isDistinct(people.map(({ wrappingKey }) => hexOf(wrappingKey))) &&
  people.every(({ wrappingKey }) => isKeyName(wrappingKey));

const isQuorumSound = ({ people, quorum: { threshold, members } }: Manifest): boolean =>
  isWithin(threshold, members.length) &&
  members.every((member) => people.some(({ name }) => name === member));

const isGroupSound = (
  { people }: Manifest,
  { name, threshold, members }: ManifestKey["groups"][number],
): boolean =>
  isName(name) &&
  isWithin(threshold, members.length) &&
  members.every((member) =>
    people.some((person) => person.name === member && person.duties.includes("custodian")),
  );

/** Shares of a key: one for each seat. */
const sharesOf = ({ groups }: ManifestKey): number =>
  groups.reduce((count, { members }) => count + members.length, 0);

const isKeySound = (manifest: Manifest, key: ManifestKey): boolean => {
  const { id, device, site, groups, groupThreshold, made } = key;
  return (
    [id, device, site].every(isName) &&
    isWithin(groupThreshold, groups.length) &&
    groups.every((group) => isGroupSound(manifest, group)) &&
    isDistinct(groups.map(({ name }) => name)) &&
    sharesOf(key) <= LIMITS.keyShares &&
    (made === undefined) === (manifest.version === 0) &&
    (made === undefined || made.commitments.length === sharesOf(key))
  );
};

const areKeysSound = (manifest: Manifest): boolean =>
  manifest.keys.length > 0 &&
  manifest.keys.every((key) => isKeySound(manifest, key)) &&
  isDistinct(manifest.keys.map(({ id }) => id)) &&
  isDistinct(manifest.keys.map(({ device }) => device));

const areHostsSound = ({ hosts, revoked }: Manifest): boolean => {
  const gone = new Set(revoked.map(hexOf));
  return (
    hosts.every(({ name, key, roles }) => isName(name) && isKeyName(key) && roles.length > 0) &&
    isDistinct(hosts.map(({ name }) => name.toLowerCase())) &&
    isDistinct(hosts.map(({ key }) => hexOf(key))) &&
    !hosts.some(({ key }) => gone.has(hexOf(key)))
  );
};

const isHeadSound = ({ name, version, predecessor, generation, wallets, firmware }: Manifest) =>
  isName(name) &&
  generation >= 1 &&
  (predecessor === undefined) === (version === 0) &&
  (version > 0 || wallets.length === 0) &&
  firmware.length > 0;

/** The part of a manifest that means nothing, as a JSON pointer; `undefined` where all is sound. */
export const unsoundPart = (manifest: Manifest): string | undefined => {
  if (!isHeadSound(manifest)) return "/version";
  if (!arePeopleSound(manifest)) return "/people";
  if (!isQuorumSound(manifest)) return "/quorum";
  if (!areKeysSound(manifest)) return "/keys";
  return areHostsSound(manifest) ? undefined : "/hosts";
};
