/** Lineages: who leads from genesis to the newest version, and every way to forge one, by name. */
import { describe, expect, test } from "bun:test";
import {
  isSigned,
  manifestHash,
  readForSigning,
  readLineage,
  signNewest,
  withVersion,
} from "../../host/manifest/index.ts";
import type { Manifest } from "../../protocol/manifest/manifest.ts";
import type { SignedManifest } from "../../protocol/manifest/signed.ts";
import { unwrap } from "../firmware/outcomes.ts";
import { after, DRAFT, FIRST, LINEAGE, signedBy } from "./lineages.ts";
import { agreementKeyOf, bytesOf, NAMES, personOf, signingKeyOf } from "./people.ts";

const refusal = (versions: readonly SignedManifest[]): unknown => {
  const read = readLineage(versions);
  return read.ok ? "read" : { error: read.error, ...read.details };
};

const SECOND = after(FIRST, { generation: 2 });

describe("a lineage", () => {
  test("from the draft to the newest, each signed by three of five", () => {
    const lineage = unwrap(readLineage([...LINEAGE, signedBy(SECOND)]));
    expect(lineage.versions.map(({ manifest }) => manifest.version)).toEqual([0, 1, 2]);
    expect(lineage.newest.hash).toEqual(manifestHash(SECOND));
    expect(lineage.newest.signers.toSorted()).toEqual(["Ada", "Cleo", "Eve"]);
    expect(isSigned(lineage.newest)).toBe(true);
  });

  test("one that is being signed is read, and not signed", () => {
    const lineage = unwrap(readLineage([...LINEAGE, signedBy(SECOND, ["Ada", "Ben"])]));
    expect(isSigned(lineage.newest)).toBe(false);
  });

  test("a gap", () => {
    const third = after(SECOND, { generation: 3 });
    expect(refusal([...LINEAGE, signedBy(third)])).toMatchObject({
      error: "lineage_gap",
      version: 2,
    });
    expect(refusal([signedBy(FIRST)])).toMatchObject({ error: "lineage_gap", version: 0 });
    expect(refusal([...LINEAGE, signedBy(DRAFT)])).toMatchObject({ error: "lineage_gap" });
    expect(refusal([])).toEqual({ error: "manifest_malformed" });
  });

  test("a fork: the right number after another predecessor", () => {
    const other = after(after(DRAFT, { generation: 7 }), { generation: 8, keys: FIRST.keys });
    expect(refusal([...LINEAGE, signedBy(other)])).toMatchObject({ error: "lineage_fork" });
  });

  test("fewer signatures than the predecessor's quorum asks for", () => {
    const [draft, first] = [signedBy(DRAFT), signedBy(FIRST, ["Ada", "Ben"])];
    expect(refusal([draft, first, signedBy(SECOND)])).toMatchObject({
      error: "signatures_missing",
      version: 1,
    });
  });

  test("one person signs twice and counts once", () => {
    const [draft, first] = [signedBy(DRAFT), signedBy(FIRST, ["Ada", "Ben", "Ada"])];
    const read = readLineage([draft, first, signedBy(SECOND)]);
    expect(read).toMatchObject({ ok: false, error: "signatures_missing" });
  });

  test("a foreign signature, even beside enough good ones", () => {
    const names = ["Ada", "Ben", "Cleo", "Mallory"];
    expect(refusal([signedBy(DRAFT), signedBy(FIRST, names)])).toMatchObject({
      error: "signature_foreign",
      signer: signingKeyOf("Mallory").publicKey.toHex(),
    });
  });

  test("a signature for another manifest", () => {
    const [first] = [signedBy(FIRST)];
    const { signatures } = signedBy(SECOND);
    expect(refusal([signedBy(DRAFT), { ...first, signatures }])).toMatchObject({
      error: "manifest_signature_invalid",
    });
  });

  test("a host added by the host: its hash is another, and nobody signed that", () => {
    const key = agreementKeyOf("mallory");
    const hosts = [...SECOND.hosts, { name: "mallory", key, roles: ["operator"] as const }];
    const { manifest } = signedBy({ ...SECOND, hosts });
    const forged = { manifest, signatures: signedBy(SECOND).signatures };
    expect(refusal([...LINEAGE, forged])).toMatchObject({ error: "manifest_signature_invalid" });
  });

  test("a new quorum is signed by the old one, and not by itself", () => {
    const people = ["Fay", "Gus", "Hal"].map(personOf);
    const coup = after(FIRST, {
      people: [...FIRST.people, ...people],
      quorum: { threshold: 2, members: ["Fay", "Gus", "Hal"] },
    });
    const itself = signedBy(coup, ["Fay", "Gus", "Hal"]);
    expect(refusal([...LINEAGE, itself])).toMatchObject({ error: "signature_foreign" });
    const handedOver = unwrap(readLineage([...LINEAGE, signedBy(coup)]));
    expect(isSigned(handedOver.newest)).toBe(true);
    const next = signedBy(after(coup), ["Fay", "Hal"]);
    expect(isSigned(unwrap(readLineage([...LINEAGE, signedBy(coup), next])).newest)).toBe(true);
    expect(refusal([...LINEAGE, signedBy(coup), signedBy(after(coup))])).toMatchObject({
      error: "signature_foreign",
      version: 3,
    });
  });

  test.each<readonly [string, Partial<Manifest>]>([
    [
      "a group",
      {
        keys: FIRST.keys.map((key) => ({
          ...key,
          groups: [...key.groups, { name: "more", threshold: 2, members: ["Ada", "Ben"] }],
        })),
      },
    ],
    [
      "a host",
      { hosts: [...FIRST.hosts, { name: "x", key: agreementKeyOf("x"), roles: ["vault"] }] },
    ],
    ["firmware", { firmware: [...FIRST.firmware, bytesOf("other")] }],
    ["a quorum", { quorum: { threshold: 2, members: NAMES } }],
    ["a site", { keys: FIRST.keys.map((key) => ({ ...key, site: "Rome" })) }],
  ])("%s that came in between draft and version 1", (_what, changes) => {
    const manifest = { ...FIRST, ...changes };
    const more = manifest.keys.map((key) => {
      const extra = key.groups.length > 1 ? [bytesOf(`${key.id} x`), bytesOf(`${key.id} y`)] : [];
      const { made } = key;
      return made === undefined
        ? key
        : { ...key, made: { ...made, commitments: [...made.commitments, ...extra] } };
    });
    expect(refusal([signedBy(DRAFT), signedBy({ ...manifest, keys: more })])).toMatchObject({
      error: "genesis_altered",
    });
  });

  test("bytes that are no manifest, and a manifest that breaks a rule", () => {
    const [first] = [signedBy(DRAFT)];
    expect(refusal([{ ...first, manifest: Uint8Array.of(0xa0) }])).toMatchObject({
      error: "manifest_malformed",
    });
    expect(refusal([signedBy({ ...DRAFT, generation: 0 })])).toMatchObject({
      error: "manifest_wrong",
      pointer: "/generation",
    });
  });
});

describe("signing", () => {
  test("three people sign one after the other; who signs again changes nothing", () => {
    let versions = withVersion(LINEAGE, SECOND);
    for (const name of ["Ben", "Dan", "Ben", "Eve"]) {
      versions = unwrap(signNewest(versions, signingKeyOf(name)));
    }
    const { newest } = unwrap(readLineage(versions));
    expect(newest.signers).toHaveLength(3);
    expect(isSigned(newest)).toBe(true);
  });

  test("a stranger's key signs nothing", () => {
    expect(signNewest(withVersion(LINEAGE, SECOND), signingKeyOf("Mallory"))).toMatchObject({
      error: "signature_foreign",
    });
  });

  test("what breaks a rule of the roster is not signed", () => {
    const alone = after(FIRST, { quorum: { threshold: 1, members: NAMES } });
    const refused = { ok: false, error: "manifest_wrong" };
    expect(signNewest(withVersion(LINEAGE, alone), signingKeyOf("Ada"))).toMatchObject(refused);
    expect(readForSigning(withVersion(LINEAGE, alone))).toMatchObject({
      details: { pointer: "/quorum/threshold" },
    });
  });
});
