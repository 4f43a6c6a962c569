/**
 * What makes a manifest one document: names that mean something, thresholds that can be met, keys
 * that are keys, nothing twice. These rules hold for every version; who must not have too much
 * power is in roster.ts. A device checks the same by code of its own.
 */
import { LIMITS } from "../../protocol/limits.ts";
import type { Manifest } from "../../protocol/manifest/manifest.ts";
import { manifestBytes } from "../../protocol/manifest/signed.ts";
import { isAgreementKey, isSigningKey, repeated, type Tell } from "./checks.ts";
import { checkKeys } from "./key-rules.ts";
import { type Problem, problem, step } from "./problem.ts";
import { checkWallets } from "./wallet-rules.ts";

/** Printable ASCII without spaces at its ends: names stand on small screens. */
const NAME = /^[!-~](?:[ -~]*[!-~])?$/;

const NAME_MEANS = "A name is printable ASCII without spaces at its ends.";

const checkName = (name: string, pointer: string, tell: Tell): void => {
  if (!NAME.test(name)) tell(pointer, NAME_MEANS);
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

const checkPeople = ({ people }: Manifest, tell: Tell): void => {
  if (people.length === 0) tell("/people", "A manifest without people trusts nobody.");
  for (const [i, { name, duties, signingKey, wrappingKey, site }] of people.entries()) {
    const place = `/people${step(i)}`;
    checkName(name, `${place}/name`, tell);
    checkName(site, `${place}/site`, tell);
    if (duties.length === 0) tell(`${place}/duties`, `${name} has no duty.`);
    if (!isSigningKey(signingKey)) tell(`${place}/signingKey`, "This is no Ed25519 public key.");
    if (!isAgreementKey(wrappingKey)) {
      tell(`${place}/wrappingKey`, "This is no X25519 public key.");
    }
    for (const at of repeated(duties))
      tell(`${place}/duties${step(at)}`, "This duty stands twice.");
  }
  const names = people.map(({ name }) => name);
  const signingKeys = people.map(({ signingKey }) => signingKey.toHex());
  const wrappingKeys = people.map(({ wrappingKey }) => wrappingKey.toHex());
  for (const i of repeated(names)) tell(`/people${step(i)}/name`, `${names[i]} stands twice.`);
  for (const i of repeated(signingKeys)) {
    tell(`/people${step(i)}/signingKey`, "Another person has this signing key.");
  }
  for (const i of repeated(wrappingKeys)) {
    tell(`/people${step(i)}/wrappingKey`, "Another person has this wrapping key.");
  }
};

const checkQuorum = ({ people, quorum }: Manifest, tell: Tell): void => {
  for (const [i, member] of quorum.members.entries()) {
    const isKnown = people.some(({ name }) => name === member);
    if (!isKnown) tell(`/quorum/members${step(i)}`, `No person is called ${member}.`);
  }
  for (const i of repeated(quorum.members)) {
    tell(`/quorum/members${step(i)}`, `${quorum.members[i]} stands twice.`);
  }
  if (quorum.threshold < 1 || quorum.threshold > quorum.members.length) {
    tell("/quorum/threshold", "The quorum's threshold is from 1 to the number of its members.");
  }
};

const checkHosts = ({ hosts, revoked }: Manifest, tell: Tell): void => {
  const revokedKeys = new Set(revoked.map((key) => key.toHex()));
  for (const [i, { name, key, roles }] of hosts.entries()) {
    const place = `/hosts${step(i)}`;
    checkName(name, `${place}/name`, tell);
    if (!isAgreementKey(key)) tell(`${place}/key`, "This is no X25519 public key.");
    if (revokedKeys.has(key.toHex())) tell(`${place}/key`, "This key is revoked.");
    if (roles.length === 0) tell(`${place}/roles`, `${name} has no role.`);
    for (const at of repeated(roles)) tell(`${place}/roles${step(at)}`, "This role stands twice.");
  }
  const names = hosts.map(({ name }) => name);
  for (const i of repeated(names)) tell(`/hosts${step(i)}/name`, `${names[i]} stands twice.`);
  for (const i of repeated(hosts.map(({ key }) => key.toHex()))) {
    tell(`/hosts${step(i)}/key`, "Another host has this key.");
  }
  for (const [i, key] of revoked.entries()) {
    if (!isAgreementKey(key)) tell(`/revoked${step(i)}`, "This is no X25519 public key.");
  }
  for (const i of repeated(revoked.map((key) => key.toHex()))) {
    tell(`/revoked${step(i)}`, "This key stands twice.");
  }
};

const checkFirmware = ({ firmware }: Manifest, tell: Tell): void => {
  if (firmware.length === 0) tell("/firmware", "Without a digest here no device may run.");
  for (const i of repeated(firmware.map((digest) => digest.toHex()))) {
    tell(`/firmware${step(i)}`, "This digest stands twice.");
  }
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
