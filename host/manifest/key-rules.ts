/** The rules of a manifest's keys: their groups of shares, and what their devices made. */
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { LIMITS } from "../../protocol/limits.ts";
import type { MadeKey, Manifest, ManifestKey } from "../../protocol/manifest/manifest.ts";
import { fingerprintOf, isAgreementKey, repeated, type Tell, tellRepeated } from "./checks.ts";
import { step } from "./problem.ts";

type CheckName = (name: string, pointer: string, tell: Tell) => void;

const isPoint = (bytes: Uint8Array): boolean => {
  try {
    secp256k1.Point.fromBytes(bytes);
    return true;
  } catch {
    return false;
  }
};

const sharesOf = ({ groups }: ManifestKey): number =>
  groups.reduce((count, { members }) => count + members.length, 0);

const checkGroup = (
  { people }: Manifest,
  { name, threshold, members }: ManifestKey["groups"][number],
  place: string,
  tell: Tell,
): void => {
  if (threshold < 1 || threshold > members.length) {
    tell(`${place}/threshold`, `The threshold of ${name} is from 1 to the number of its members.`);
  }
  for (const [i, member] of members.entries()) {
    const person = people.find((one) => one.name === member);
    const pointer = `${place}/members${step(i)}`;
    if (person === undefined) tell(pointer, `No person is called ${member}.`);
    else if (!person.duties.includes("custodian")) tell(pointer, `${member} is no custodian.`);
  }
  tellRepeated(members, `${place}/members`, "", undefined, tell);
};

const checkMade = (key: ManifestKey, made: MadeKey, place: string, tell: Tell): void => {
  if (!isPoint(made.publicKey)) tell(`${place}/publicKey`, "This is no secp256k1 public key.");
  if (!isPoint(made.auditKey)) tell(`${place}/auditKey`, "This is no secp256k1 public key.");
  if (!isAgreementKey(made.linkKey)) tell(`${place}/linkKey`, "This is no X25519 public key.");
  const origin = `[${fingerprintOf(made.publicKey)}/`;
  for (const [i, account] of made.accounts.entries()) {
    if (account.startsWith(origin) || !isPoint(made.publicKey)) continue;
    tell(`${place}/accounts${step(i)}`, "This account has the origin of another key.");
  }
  if (made.accounts.length === 0)
    tell(`${place}/accounts`, "A key without accounts signs nothing.");
  const shares = sharesOf(key);
  if (made.commitments.length !== shares) {
    tell(
      `${place}/commitments`,
      `There are ${shares} shares, and ${made.commitments.length} commitments.`,
    );
  }
  const commitments = made.commitments.map((one) => one.toHex());
  tellRepeated(commitments, `${place}/commitments`, "", "This commitment stands twice.", tell);
};

const checkKey = (manifest: Manifest, key: ManifestKey, place: string, tell: Tell): void => {
  const { id, groups, groupThreshold, made } = key;
  if (groupThreshold < 1 || groupThreshold > groups.length) {
    tell(`${place}/groupThreshold`, `Key ${id} has ${groups.length} groups.`);
  }
  const shares = sharesOf(key);
  if (shares > LIMITS.keyShares) {
    tell(`${place}/groups`, `Key ${id} has ${shares} shares, and may have ${LIMITS.keyShares}.`);
  }
  for (const [i, group] of groups.entries()) {
    checkGroup(manifest, group, `${place}/groups${step(i)}`, tell);
  }
  const names = groups.map(({ name }) => name);
  tellRepeated(names, `${place}/groups`, "/name", undefined, tell);
  if (manifest.version === 0 && made !== undefined) {
    tell(`${place}/made`, "A draft, version 0, has no keys yet.");
  }
  if (manifest.version > 0 && made === undefined) {
    tell(`${place}/made`, `Key ${id} has not been made: only the draft may lack it.`);
  }
  if (made !== undefined) checkMade(key, made, `${place}/made`, tell);
};

/** What may stand once among all keys of a manifest. */
const UNIQUE = ["publicKey", "linkKey", "auditKey", "rootTag"] as const;

const checkUnique = ({ keys }: Manifest, tell: Tell): void => {
  const ids = keys.map(({ id }) => id);
  const devices = keys.map(({ device }) => device);
  tellRepeated(ids, "/keys", "/id", undefined, tell);
  for (const i of repeated(devices)) {
    tell(`/keys${step(i)}/device`, `Device ${devices[i]} would reach two keys.`);
  }
  for (const name of UNIQUE) {
    // What has not been made is like nothing else: its place stands for it.
    const values = keys.map(({ made }, i) => made?.[name].toHex() ?? `${i}`);
    tellRepeated(values, "/keys", `/made/${name}`, `Another key has this ${name}.`, tell);
  }
};

/** Checks all keys. */
export const checkKeys = (manifest: Manifest, checkName: CheckName, tell: Tell): void => {
  if (manifest.keys.length === 0) tell("/keys", "A manifest without keys guards nothing.");
  for (const [i, key] of manifest.keys.entries()) {
    const place = `/keys${step(i)}`;
    checkName(key.id, `${place}/id`, tell);
    checkName(key.device, `${place}/device`, tell);
    checkName(key.site, `${place}/site`, tell);
    for (const [g, { name }] of key.groups.entries()) {
      checkName(name, `${place}/groups${step(g)}/name`, tell);
    }
    checkKey(manifest, key, place, tell);
  }
  checkUnique(manifest, tell);
};
