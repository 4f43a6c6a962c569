/**
 * The device and the people's tools read lineages by code of their own. On any lineage, honest or
 * forged by chance, they come to the same verdict, by the same name.
 */
import { expect } from "bun:test";
import fc from "fast-check";
import { extendLineage, type Lineage } from "../../../firmware/manifest/lineage.ts";
import { createCrypto } from "../../../hardware/secrets/crypto.ts";
import type { Manifest, ManifestKey, Person } from "../../../protocol/manifest/manifest.ts";
import { isSigned, readLineage } from "../../../host/manifest/index.ts";
import type { SignedManifest } from "../../../protocol/manifest/signed.ts";
import { after, DRAFT, FIRST, signedBy } from "../../manifest/lineages.ts";
import { agreementKeyOf, bytesOf, NAMES, personOf } from "../../manifest/people.ts";
import { SEED } from "../../protocol/random.ts";

const crypto = createCrypto();

/** The device's verdict: a hash, or the name of the refusal. */
export const ofDevice = (versions: readonly SignedManifest[]): string => {
  let lineage: Lineage | undefined;
  for (const one of versions) {
    const next = extendLineage(crypto, lineage, one);
    if (!next.ok) return next.error;
    lineage = next.value;
  }
  return lineage?.hash.toHex() ?? "manifest_malformed";
};

/** The tools' verdict. */
export const ofTools = (versions: readonly SignedManifest[]): string => {
  const lineage = readLineage(versions);
  if (!lineage.ok) return lineage.error;
  const { newest } = lineage.value;
  return isSigned(newest) ? newest.hash.toHex() : "signatures_missing";
};

const SIGNERS = [...NAMES, "Mallory"] as const;

/** One change to a manifest, of the kinds that an attacker or a careless author would make. */
export const CHANGES: readonly ((before: Manifest) => Manifest)[] = [
  (one) => one,
  (one) => ({ ...one, generation: one.generation + 1 }),
  (one) => ({ ...one, version: one.version + 1 }),
  (one) => ({ ...one, version: Math.max(0, one.version - 1) }),
  (one) => ({ ...one, predecessor: bytesOf("another") }),
  (one) => ({ ...one, quorum: { threshold: 1, members: ["Ada"] } }),
  (one) => ({ ...one, quorum: { threshold: 9, members: NAMES } }),
  (one) => ({ ...one, quorum: { threshold: 2, members: ["Ada", "Nobody"] } }),
  (one) => ({ ...one, people: [...one.people, personOf("Mallory")] }),
  (one) => ({ ...one, people: [...one.people, { ...personOf("Mallory"), name: "Ada" }] }),
  (one) => ({ ...one, people: [...one.people, { ...personOf("Ada"), name: "Twin" }] }),
  (one) => ({ ...one, people: [] }),
  (one) => ({ ...one, firmware: [] }),
  (one) => ({ ...one, generation: 0 }),
  (one) => ({ ...one, name: "two\nlines" }),
  (one) => ({ ...one, name: "vault, testnet: version 9" }),
  (one) => ({ ...one, keys: one.keys.map(crowded) }),
  (one) => ({ ...one, revoked: one.hosts.map(({ key }) => key) }),
  (one) => ({
    ...one,
    hosts: [...one.hosts, { name: "m", key: agreementKeyOf("m"), roles: ["operator"] }],
  }),
  (one) => ({ ...one, keys: one.keys.slice(1) }),
  (one) => ({ ...one, keys: one.keys.map((key) => ({ ...key, groupThreshold: 3 })) }),
  (one) => ({ ...one, keys: one.keys.map((key) => ({ ...key, device: "A" })) }),
  (one) => ({ ...one, wallets: [] }),
  (one) => ({ ...one, network: "testnet", wallets: [] }),
  (one) => ({ ...one, generation: Math.max(1, one.generation - 1) }),
  (one) => ({ ...one, people: one.people.map(rewrapped) }),
  (one) => ({ ...one, keys: one.keys.map(regrouped) }),
  (one) => ({ ...one, keys: one.keys.map((key, i) => (i === 1 ? remade(key) : key)) }),
  (one) => ({ ...one, keys: one.keys.map((key) => ({ ...key, id: `${key.id}2` })) }),
];

/** A person with another wrapping key, who cannot open what was sealed before. */
const rewrapped = (person: Person): Person =>
  person.name === "Ben" ? { ...person, wrappingKey: agreementKeyOf("Ben anew") } : person;

/** A key with more shares than any may have: a device that made them could not tell them. */
const crowded = (key: ManifestKey): ManifestKey => ({
  ...key,
  groups: Array.from({ length: 16 }, (_, i) => ({
    name: `g${i}`,
    threshold: 2,
    members: NAMES,
  })),
});

/** A key for which fewer people are to be enough. */
const regrouped = (key: ManifestKey): ManifestKey => ({
  ...key,
  groups: key.groups.map((group) => ({ ...group, threshold: 2 })),
});

/** A key that another device is to have made. */
const remade = ({ made: own, ...key }: ManifestKey): ManifestKey =>
  own === undefined ? key : { ...key, made: { ...own, linkKey: agreementKeyOf("other") } };

const change = fc.constantFrom(...CHANGES);
const signers = fc.oneof(
  { weight: 3, arbitrary: fc.constant<readonly string[]>(["Ada", "Ben", "Cleo"]) },
  { weight: 1, arbitrary: fc.subarray([...SIGNERS]) },
);

/** What stands before, and what comes after it: mostly right, so that lineages grow long. */
const lineages = fc
  .array(fc.record({ change, signers, isLate: fc.integer({ min: 0, max: 9 }) }), {
    minLength: 1,
    maxLength: 6,
  })
  .map((steps) => {
    const versions: SignedManifest[] = [];
    let before: Manifest | undefined;
    for (const { change: alter, signers: names, isLate } of steps) {
      const honest = nextOf(before);
      const manifest = isLate < 3 ? alter(honest) : honest;
      versions.push(signedBy(manifest, names));
      before = manifest;
    }
    return versions;
  });

const nextOf = (before: Manifest | undefined): Manifest => {
  if (before === undefined) return DRAFT;
  return before.version === 0 ? after(before, made(before)) : after(before);
};

const made = ({ keys }: Manifest): Partial<Manifest> => ({
  keys: keys.map((key) => {
    const own = FIRST.keys.find(({ id }) => id === key.id)?.made;
    return own === undefined ? key : { ...key, made: own };
  }),
});

/** Holds device and tools to one verdict on `numRuns` lineages of chance; the verdicts reached. */
export const agreeOnLineages = (numRuns: number): ReadonlySet<string> => {
  const verdicts = new Set<string>();
  fc.assert(
    fc.property(lineages, (versions) => {
      const verdict = ofDevice(versions);
      expect(verdict).toBe(ofTools(versions));
      const name = /^[0-9a-f]{64}$/.test(verdict) ? "taken" : verdict;
      verdicts.add(name);
    }),
    { numRuns, seed: SEED },
  );
  return verdicts;
};
