/**
 * One manifest has one encoding and one hash, whoever wrote its JSON in whatever order. The golden
 * hashes were also computed by an encoder of thirty lines in Python, from the JSON alone.
 */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  diffManifests,
  formatManifest,
  isHashTold,
  jsonOf,
  manifestHash,
  manifestText,
  readJsonAs,
  readManifestFile,
  TOLD_DIGITS,
} from "../../host/manifest/index.ts";
import { decodeAs, encodeCbor } from "../../protocol/cbor/cbor.ts";
import type { Form } from "../../protocol/cbor/form.ts";
import { MANIFEST, type Manifest } from "../../protocol/manifest/manifest.ts";
import { manifestBytes, signedBytes } from "../../protocol/manifest/signed.ts";
import type { Allowance } from "../../protocol/wallet-policy.ts";
import { SEED } from "../protocol/random.ts";
import { DRAFT, FIRST } from "./lineages.ts";

const read = (json: unknown): Manifest => {
  const manifest = readJsonAs(MANIFEST, json);
  if (!manifest.ok) throw new Error(JSON.stringify(manifest.problems));
  return manifest.value;
};

/** The same JSON, with members and items of sets in an order that chance gives. */
const shuffled = (form: Form, json: unknown, dice: () => number): unknown => {
  const shuffle = <T>(items: readonly T[]): readonly T[] =>
    items
      .map((item) => ({ item, at: dice() }))
      .toSorted((a, b) => a.at - b.at)
      .map(({ item }) => item);
  if (form.kind === "list" && Array.isArray(json)) {
    const items = json.map((one: unknown) => shuffled(form.item, one, dice));
    return form.isSet ? shuffle(items) : items;
  }
  if (form.kind !== "map" || typeof json !== "object" || json === null) return json;
  const members = Object.entries(json).map(([name, one]: [string, unknown]) => {
    const member = form.members.find((candidate) => candidate.name === name);
    return [name, member === undefined ? one : shuffled(member.form, one, dice)] as const;
  });
  return Object.fromEntries(shuffle(members));
};

describe("the encoding of a manifest", () => {
  test("golden bytes: these hashes are frozen, whatever machine makes them", () => {
    expect(manifestHash(DRAFT).toHex()).toBe(
      "3f36f11a9450046a962d30b97b52074aae3bc185c11e174d2a689249c5ff5f96",
    );
    expect(manifestHash(FIRST).toHex()).toBe(
      "833284731eb704f03a418ecb11c161cf55d8062c9d2ab006d86aeb7b54737274",
    );
    expect(manifestBytes(DRAFT).slice(0, 40).toHex()).toBe(
      "ab0069486f74207661756c7401677265677465737402000485a50063416461018268617070726f76",
    );
    expect(signedBytes(new Uint8Array(32)).toHex()).toBe(
      `82716d6179666c79206d616e69666573742031582000${"00".repeat(31)}`,
    );
  });

  test("two authors with another order of members and items get one hash", () => {
    for (const manifest of [DRAFT, FIRST]) {
      const json = jsonOf(MANIFEST, manifest);
      fc.assert(
        fc.property(fc.infiniteStream(fc.double({ noNaN: true })), (numbers) => {
          const other = read(shuffled(MANIFEST.form, json, () => Number(numbers.next().value)));
          expect(manifestHash(other)).toEqual(manifestHash(manifest));
          expect(diffManifests(manifest, other)).toEqual([]);
        }),
        { numRuns: 100, seed: SEED },
      );
    }
  });

  test("the order of what is a list counts: keys of a wallet, commitments", () => {
    const [wallet] = FIRST.wallets;
    if (wallet === undefined) throw new Error("a wallet");
    const turned = { ...FIRST, wallets: [{ ...wallet, keys: wallet.keys.toReversed() }] };
    expect(manifestHash(turned)).not.toEqual(manifestHash(FIRST));
  });

  test("allowances are a set, and a member more: without them nothing changes", () => {
    const [wallet] = FIRST.wallets;
    if (wallet === undefined) throw new Error("a wallet");
    const hashWith = (...allows: readonly Allowance[]) =>
      manifestHash({ ...FIRST, wallets: [{ ...wallet, allows }] }).toHex();
    expect(hashWith("fee-high", "sighash-none")).toBe(hashWith("sighash-none", "fee-high"));
    const one = { ...FIRST, wallets: [{ ...wallet, allows: ["fee-high"] as const }] };
    const hex = manifestBytes(one).toHex();
    // The wallet's map of three becomes one of four, and ends with 3: ["fee-high"].
    const member = "0381686665652d68696768";
    expect(hex).toContain(member);
    expect(hex.replace(member, "").replace("0881a400", "0881a300")).toBe(
      manifestBytes(FIRST).toHex(),
    );
    expect(decodeAs(MANIFEST, manifestBytes(one))?.wallets).toEqual(one.wallets);
    expect(diffManifests(FIRST, one)).toEqual([
      { place: "/wallets/Hot wallet/allows", after: ["fee-high"] },
    ]);
    expect(manifestText(one)).toContain("    allows fee-high");
  });

  test("what was read from bytes encodes to these bytes, and to this JSON", () => {
    const bytes = manifestBytes(FIRST);
    const manifest = decodeAs(MANIFEST, bytes);
    if (manifest === undefined) throw new Error("a manifest");
    expect(manifestBytes(manifest)).toEqual(bytes);
    const file = readManifestFile(formatManifest(manifest));
    if (!file.ok || file.value.kind !== "authored") throw new Error("an author's file");
    expect(manifestBytes(file.value.manifest)).toEqual(bytes);
  });

  test("bytes whose sets are in another order, or hold something twice, are no manifest", () => {
    const wire = MANIFEST.toWire(DRAFT);
    if (!(wire instanceof Map)) throw new Error("a map");
    const people: unknown = wire.get(4);
    if (!Array.isArray(people)) throw new Error("a list");
    const bytesWith = (list: readonly unknown[]) => encodeCbor(new Map(wire).set(4, list));
    expect(decodeAs(MANIFEST, bytesWith(people))).toBeDefined();
    expect(decodeAs(MANIFEST, bytesWith(people.toReversed()))).toBeUndefined();
    expect(decodeAs(MANIFEST, bytesWith([...people, people.at(-1)]))).toBeUndefined();
  });
});

test("people tell each other 20 digits of a hash, or more; 8 could be searched for", () => {
  const hash = manifestHash(DRAFT);
  const digits = hash.toHex();
  expect(TOLD_DIGITS).toBe(20);
  expect(isHashTold(hash, digits.slice(0, 20))).toBe(true);
  expect(isHashTold(hash, ` ${digits.slice(0, 4)} ${digits.slice(4, 20).toUpperCase()} `)).toBe(
    true,
  );
  expect(isHashTold(hash, digits)).toBe(true);
  expect(isHashTold(hash, digits.slice(0, 19))).toBe(false);
  expect(isHashTold(hash, digits.slice(1, 21))).toBe(false);
  expect(isHashTold(hash, `${digits}0`)).toBe(false);
});
