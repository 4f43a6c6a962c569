/**
 * What makes a manifest one document: names that mean something, thresholds that can be met, keys
 * that are keys, nothing twice. These rules hold for every version; who must not have too much
 * power is in roster.ts. A device checks the same by code of its own.
 */
import { LIMITS } from "../../protocol/limits.ts";
import type { Manifest, Person } from "../../protocol/manifest/manifest.ts";
import { manifestBytes } from "../../protocol/manifest/signed.ts";
import { isAgreementKey, isSigningKey, type Tell, tellRepeated } from "./checks.ts";
import { checkKeys } from "./key-rules.ts";
import { type Problem, problem, step } from "./problem.ts";
import { checkWallets } from "./wallet-rules.ts";

/** Printable ASCII without spaces at its ends: names stand on small screens. */
const NAME = /^[!-~](?:[ -~]*[!-~])?$/;

/** What stands between names: one that held it could be read as two, or as a threshold. */
const SEPARATOR = /[,:;|]| {2}/;

const NAME_MEANS =
  "A name is printable ASCII without , : ; | and spaces at its ends or two together.";

const checkName = (name: string, pointer: string, tell: Tell): void => {
  if (!NAME.test(name) || SEPARATOR.test(name)) tell(pointer, NAME_MEANS);
};

const checkVersion = ({ version, predecessor, generation }: Manifest, tell: Tell): void => {
  if (version === 0 && predecessor !== undefined) {
    tell("/predecessor", "A draft, version 0, has no predecessor.");
  }
  if (version > 0 && predecessor === undefined) {
    tell("/predecessor", "Every version but the draft names the hash of its predecessor.");
  }
  if (generation === 0) tell("/generation", "Generations of pairings count from 1.");
};

const checkPerson = (person: Person, place: string, tell: Tell): void => {
  const { name, duties, signingKey, wrappingKey, site } = person;
  checkName(name, `${place}/name`, tell);
  checkName(site, `${place}/site`, tell);
  if (duties.length === 0) tell(`${place}/duties`, `${name} has no duty.`);
  if (!isSigningKey(signingKey)) tell(`${place}/signingKey`, "This is no Ed25519 public key.");
  if (!isAgreementKey(wrappingKey)) tell(`${place}/wrappingKey`, "This is no X25519 public key.");
  tellRepeated(duties, `${place}/duties`, "", "This duty stands twice.", tell);
};

const checkPeople = ({ people }: Manifest, tell: Tell): void => {
  if (people.length === 0) tell("/people", "A manifest without people trusts nobody.");
  for (const [i, person] of people.entries()) checkPerson(person, `/people${step(i)}`, tell);
  const [names, signingKeys, wrappingKeys] = [
    people.map(({ name }) => name.toLowerCase()),
    people.map(({ signingKey }) => signingKey.toHex()),
    people.map(({ wrappingKey }) => wrappingKey.toHex()),
  ];
  tellRepeated(names, "/people", "/name", "Another person has this name.", tell);
  const another = (what: string): string => `Another person has this ${what} key.`;
  tellRepeated(signingKeys, "/people", "/signingKey", another("signing"), tell);
  tellRepeated(wrappingKeys, "/people", "/wrappingKey", another("wrapping"), tell);
};

const checkQuorum = ({ people, quorum }: Manifest, tell: Tell): void => {
  for (const [i, member] of quorum.members.entries()) {
    const isKnown = people.some(({ name }) => name === member);
    if (!isKnown) tell(`/quorum/members${step(i)}`, `No person is called ${member}.`);
  }
  tellRepeated(quorum.members, "/quorum/members", "", undefined, tell);
  if (quorum.threshold < 1 || quorum.threshold > quorum.members.length) {
    tell("/quorum/threshold", "The quorum's threshold is from 1 to the number of its members.");
  }
};

const checkHost = (
  { name, key, roles }: Manifest["hosts"][number],
  revoked: readonly string[],
  place: string,
  tell: Tell,
): void => {
  checkName(name, `${place}/name`, tell);
  if (!isAgreementKey(key)) tell(`${place}/key`, "This is no X25519 public key.");
  if (revoked.includes(key.toHex())) tell(`${place}/key`, "This key is revoked.");
  if (roles.length === 0) tell(`${place}/roles`, `${name} has no role.`);
  tellRepeated(roles, `${place}/roles`, "", "This role stands twice.", tell);
};

const checkHosts = ({ hosts, revoked }: Manifest, tell: Tell): void => {
  const revokedKeys = revoked.map((key) => key.toHex());
  for (const [i, host] of hosts.entries()) checkHost(host, revokedKeys, `/hosts${step(i)}`, tell);
  const [names, keys] = [
    hosts.map(({ name }) => name.toLowerCase()),
    hosts.map(({ key }) => key.toHex()),
  ];
  tellRepeated(names, "/hosts", "/name", "Another host has this name.", tell);
  tellRepeated(keys, "/hosts", "/key", "Another host has this key.", tell);
  for (const [i, key] of revoked.entries()) {
    if (!isAgreementKey(key)) tell(`/revoked${step(i)}`, "This is no X25519 public key.");
  }
  tellRepeated(revokedKeys, "/revoked", "", "This key stands twice.", tell);
};

const checkFirmware = ({ firmware }: Manifest, tell: Tell): void => {
  if (firmware.length === 0) tell("/firmware", "Without a digest here no device may run.");
  const digests = firmware.map((digest) => digest.toHex());
  tellRepeated(digests, "/firmware", "", "This digest stands twice.", tell);
};

const checkSize = (manifest: Manifest, tell: Tell): void => {
  const { length } = manifestBytes(manifest);
  if (length > LIMITS.manifest) {
    tell("", `The manifest has ${length} bytes, and may have ${LIMITS.manifest}.`);
  }
};

/** All problems of a manifest that fits its schema, with pointers into it as it stands here. */
export const manifestProblems = (manifest: Manifest): readonly Problem[] => {
  const problems: Problem[] = [];
  const tell: Tell = (pointer, means) => void problems.push(problem(pointer, means));
  checkName(manifest.name, "/name", tell);
  checkVersion(manifest, tell);
  checkPeople(manifest, tell);
  checkQuorum(manifest, tell);
  checkKeys(manifest, checkName, tell);
  checkHosts(manifest, tell);
  checkWallets(manifest, tell);
  checkFirmware(manifest, tell);
  checkSize(manifest, tell);
  return problems;
};
