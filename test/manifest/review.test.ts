/** What a person reads before signing: the whole text, and exact differences. */
import { describe, expect, test } from "bun:test";
import {
  changeLine,
  diffManifests,
  manifestHash,
  manifestText,
} from "../../host/manifest/index.ts";
import type { Manifest } from "../../protocol/manifest/manifest.ts";
import { DRAFT, FIRST } from "./lineages.ts";
import { agreementKeyOf, bytesOf, NAMES } from "./people.ts";

const linesOf = (before: Manifest, after: Manifest): readonly string[] =>
  diffManifests(before, after).map(changeLine);

describe("the text of a manifest", () => {
  test("holds every key, name, number and digest that the manifest holds", () => {
    const text = manifestText(FIRST).join("\n");
    const inside = (value: unknown): readonly string[] => {
      if (value instanceof Uint8Array) return [value.toHex()];
      if (typeof value === "object" && value !== null) return Object.values(value).flatMap(inside);
      return [String(value)];
    };
    expect(inside(FIRST).filter((one) => !text.includes(one))).toEqual([]);
    expect(text).toContain(manifestHash(FIRST).toHex());
  });

  test("of the draft, whole", () => {
    expect(manifestText(DRAFT).filter((line) => !/[0-9a-f]{64}/.test(line))).toMatchSnapshot();
  });
});

describe("a difference", () => {
  test("none where only the order is another", () => {
    expect(linesOf(DRAFT, { ...DRAFT, people: DRAFT.people.toReversed() })).toEqual([]);
  });

  test("a threshold, a host gone, a member come, a digest come", () => {
    const other: Manifest = {
      ...DRAFT,
      quorum: { threshold: 4, members: NAMES.slice(0, 4) },
      hosts: DRAFT.hosts.slice(0, 1),
      firmware: [...DRAFT.firmware, bytesOf("next")],
    };
    expect(linesOf(DRAFT, other)).toEqual([
      "~ /quorum/threshold  3 → 4",
      "- /quorum/members/Eve  Eve",
      `- /hosts/desk  {"name":"desk","key":"${agreementKeyOf("desk").toHex()}",` +
        `"roles":["operator","auditor"]}`,
      `+ /firmware/${bytesOf("next").toHex()}  ${bytesOf("next").toHex()}`,
    ]);
  });

  test("one key swapped deep within", () => {
    const keys = FIRST.keys.map((key) =>
      key.id === "B" && key.made !== undefined
        ? { ...key, made: { ...key.made, linkKey: agreementKeyOf("mallory") } }
        : key,
    );
    expect(linesOf(FIRST, { ...FIRST, keys })).toEqual([
      `~ /keys/B/made/linkKey  ${agreementKeyOf("B links").toHex()} → ` +
        agreementKeyOf("mallory").toHex(),
    ]);
  });

  test("from the draft to version 1: what the devices made, and nothing else", () => {
    const places = diffManifests(DRAFT, FIRST).map(({ place }) => place);
    expect(places).toEqual([
      "/version",
      "/keys/A/made",
      "/keys/B/made",
      "/keys/C/made",
      "/wallets/Hot wallet",
      "/predecessor",
    ]);
  });

  test("there is one exactly where the hashes differ", () => {
    for (const other of [DRAFT, FIRST]) {
      const isSame = manifestHash(other).toHex() === manifestHash(DRAFT).toHex();
      expect(linesOf(DRAFT, other).length === 0).toBe(isSame);
    }
  });
});
