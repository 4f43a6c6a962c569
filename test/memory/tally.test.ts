/** Hits as copies and rows, over bytes made up for it. */
import { describe, expect, test } from "bun:test";
import { createCatalogue } from "./catalogue.ts";
import { type Copy, copiesOf } from "./copies.ts";
import type { Hit } from "./process-memory.ts";
import { secretOf } from "./made-up-secrets.ts";
import { countCopies, formatTally, tallyOf } from "./tally.ts";

const [A, B] = [secretOf(1), secretOf(2)];
const catalogue = createCatalogue([
  { name: "a", kind: "key", bytes: A },
  { name: "b", kind: "chain code", bytes: B },
  { name: "a again", kind: "seed", bytes: A },
]);
const REGION = { start: 0, end: 1 << 20, permissions: "rw-p", name: "[heap]" };

const search = (...parts: readonly Uint8Array[]): readonly Copy[] => {
  const hits: Hit[] = [];
  const buffer = Buffer.concat(parts);
  catalogue.table.search(buffer, buffer.length, (address, pattern) => {
    hits.push({ address, pattern, region: REGION });
  });
  return copiesOf(catalogue, hits);
};

const inShort = (copies: readonly Copy[]): readonly string[] =>
  copies.map(({ form, isWhole, windows }) => `${form.label} ${isWhole ? "whole" : windows}`);

const GAP = new Uint8Array(5);

describe("copies", () => {
  test("each whole copy is one, and counts for the secret named first", () => {
    expect(inShort(search(GAP, A, GAP, A, B))).toEqual([
      "a/bytes whole",
      "a/bytes whole",
      "b/bytes whole",
    ]);
  });

  test("reversed bytes and swapped words are told apart, though they have words in common", () => {
    expect(inShort(search(GAP, A.toReversed()))).toEqual(["a/reversed or BigInt limbs whole"]);
    expect(inShort(search(GAP, Buffer.from(A).swap64()))).toEqual(["a/64-bit words whole"]);
  });

  test("a part is a copy, with the bytes that it tells", () => {
    const [copy] = search(GAP, A.subarray(3, 17));
    expect(inShort(search(GAP, A.subarray(3, 17)))).toEqual(["a/bytes 7"]);
    expect(copy?.toldBytes).toBe(14);
    expect(copy?.address).toBe(GAP.length);
  });

  test("limbs are a copy together", () => {
    const limbs = catalogue.forms.find(({ label }) => label === "a/negated 52-bit limbs");
    expect(inShort(search(GAP, limbs?.bytes ?? GAP))).toEqual(["a/negated 52-bit limbs whole"]);
  });
});

describe("the table", () => {
  test("sums copies by kind and form", () => {
    const rows = tallyOf(search(GAP, A, GAP, A.subarray(0, 9), GAP, Buffer.from(B.toHex())));
    expect(rows).toEqual([
      {
        kind: "key",
        form: "bytes",
        names: ["a"],
        windows: 27,
        copies: 2,
        wholeCopies: 1,
        doubtful: 0,
        regions: { "[heap]": 2 },
      },
      {
        kind: "chain code",
        form: "hex",
        names: ["b"],
        windows: 29,
        copies: 1,
        wholeCopies: 1,
        doubtful: 0,
        regions: { "[heap]": 1 },
      },
    ]);
    expect(countCopies(rows)).toBe(3);
    expect(JSON.parse(JSON.stringify(rows))).toEqual([...rows]);
  });

  test("a few digits may be chance: told apart, never dropped", () => {
    const rows = tallyOf(search(Buffer.from(` ${A.toHex().slice(8, 18)} `)));
    expect(rows.map(({ copies, doubtful }) => [copies, doubtful])).toEqual([[0, 1]]);
    const longer = tallyOf(search(Buffer.from(` ${A.toHex().slice(8, 20)} `)));
    expect(longer.map(({ copies, doubtful }) => [copies, doubtful])).toEqual([[1, 0]]);
  });

  test("reads as text", () => {
    expect(formatTally(tallyOf(search(A))).split("\n")).toEqual([
      "kind  form   secrets  windows  copies  whole  doubtful  where",
      "key   bytes  1        25       1       1      0         [heap] 1",
    ]);
    expect(formatTally([])).toBe("nothing found");
  });
});
