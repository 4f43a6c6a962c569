/**
 * The rules of the roster: nobody alone, no two people, no device and no site holds too much, and
 * whoever can load a seed knows the newest manifest. They are checked before a manifest is signed.
 *
 * That last one is why versions need no memory in the device (CUSTODY, section 2): each set of
 * people able to provision shares a member with each set able to sign, and that member's tool has
 * seen the newest version.
 */
import type { Manifest, ManifestKey } from "../../protocol/manifest/manifest.ts";
import type { Tell } from "./checks.ts";
import { keysWithin, provisionersAvoiding } from "./coalition.ts";
import { type Problem, problem, step } from "./problem.ts";

/** People that it takes at least to reach two keys (CUSTODY, section 1). */
const LEAST_FOR_TWO_KEYS = 3;

const listed = (names: readonly string[]): string => names.join(", ");

const checkGroups = ({ id, groups }: ManifestKey, place: string, tell: Tell): void => {
  for (const [g, { name, threshold }] of groups.entries()) {
    if (threshold !== 1) continue;
    const means = `One person alone satisfies group ${name} of key ${id}.`;
    tell(`${place}/groups${step(g)}/threshold`, means);
  }
};

/** Nobody holds two shares of a key. */
const checkSeats = ({ id, groups }: ManifestKey, place: string, tell: Tell): void => {
  const seats = groups.flatMap(({ name, members }, g) =>
    members.map((member, m) => ({ member, name, at: `/groups${step(g)}/members${step(m)}` })),
  );
  for (const [i, { member, name, at }] of seats.entries()) {
    const other = seats.slice(0, i).find((seat) => seat.member === member);
    if (other === undefined) continue;
    tell(`${place}${at}`, `${member} sits in groups ${other.name} and ${name} of key ${id}.`);
  }
};

/** A set that can provision and one that can sign, with nobody in both: the latter is `rest`. */
const checkMemory = ({ keys, quorum }: Manifest, tell: Tell): void => {
  const signers = new Set(quorum.members);
  for (const [i, key] of keys.entries()) {
    const provisioners = provisionersAvoiding(key, signers);
    const rest = quorum.members.filter((name) => !provisioners.includes(name));
    if (rest.length < quorum.threshold) continue;
    const unaware = rest.slice(0, quorum.threshold);
    tell(
      `/keys${step(i)}/groups`,
      `${listed(provisioners)} can provision key ${key.id} without having seen what ` +
        `${listed(unaware)} signed.`,
    );
  }
};

const pairsOf = (names: readonly string[]): readonly (readonly string[])[] =>
  names.flatMap((name, i) => names.slice(i + 1).map((other) => [name, other]));

/** The first coalition below the least number that reaches two keys is told, not each of them. */
const checkCoalitions = (manifest: Manifest, tell: Tell): void => {
  const names = manifest.people.map(({ name }) => name);
  for (const coalition of [...names.map((name) => [name]), ...pairsOf(names)]) {
    const reached = keysWithin(manifest, coalition);
    if (reached.length < 2) continue;
    const can = coalition.length === 1 ? "alone reaches" : "together reach";
    tell(
      "/keys",
      `${listed(coalition)} ${can} keys ${listed(reached)}: ` +
        `it must take ${LEAST_FOR_TWO_KEYS} people at least.`,
    );
    return;
  }
};

/** One site in two spellings would count as two. */
const checkSpelling = ({ people, keys }: Manifest, tell: Tell): void => {
  const places = [
    ...people.map(({ site }, i) => ({ site, pointer: `/people${step(i)}/site` })),
    ...keys.map(({ site }, i) => ({ site, pointer: `/keys${step(i)}/site` })),
  ];
  const spelt = new Map<string, string>();
  for (const { site, pointer } of places) {
    const first = spelt.get(site.toLowerCase()) ?? site;
    spelt.set(site.toLowerCase(), first);
    if (first !== site) tell(pointer, `Site ${first} is written ${site} here.`);
  }
};

const checkSites = (manifest: Manifest, tell: Tell): void => {
  const { people, keys } = manifest;
  const sites = new Set([...people, ...keys].map(({ site }) => site));
  for (const site of sites) {
    const residents = people.filter((one) => one.site === site).map(({ name }) => name);
    const boxes = keys.filter((one) => one.site === site).map(({ id }) => id);
    const reached = new Set([...boxes, ...keysWithin(manifest, residents)]);
    if (reached.size < 2) continue;
    const why = boxes.length > 1 ? "boxes stand there" : "boxes and people are there";
    tell("/keys", `Site ${site} reaches keys ${listed([...reached])}: their ${why}.`);
  }
};

const checkQuorum = ({ quorum }: Manifest, tell: Tell): void => {
  if (quorum.threshold === 1) {
    tell("/quorum/threshold", "One person alone could sign the next manifest.");
  }
};

/** All breaches of the roster's rules, for a manifest that has no problems otherwise. */
export const rosterProblems = (manifest: Manifest): readonly Problem[] => {
  const problems: Problem[] = [];
  const tell: Tell = (pointer, means) => void problems.push(problem(pointer, means));
  checkQuorum(manifest, tell);
  for (const [i, key] of manifest.keys.entries()) {
    checkGroups(key, `/keys${step(i)}`, tell);
    checkSeats(key, `/keys${step(i)}`, tell);
  }
  checkMemory(manifest, tell);
  checkCoalitions(manifest, tell);
  checkSpelling(manifest, tell);
  checkSites(manifest, tell);
  return problems;
};
