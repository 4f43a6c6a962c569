/** The table of patterns against a naive search over the same bytes. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { seeded } from "../secrets/oracles/seeded.ts";
import { createPatternTable, PATTERN_BYTES } from "./pattern-table.ts";

/** Few values, so that patterns are met often and have bytes in common. */
const few = (minLength: number, maxLength: number): fc.Arbitrary<Uint8Array> =>
  fc
    .array(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), { minLength, maxLength })
    .map((bytes) => Uint8Array.from(bytes));

const naive = (buffer: Uint8Array, patterns: readonly Uint8Array[]): readonly string[] => {
  const found: string[] = [];
  for (let at = 0; at + PATTERN_BYTES <= buffer.length; at += 1) {
    const here = buffer.subarray(at, at + PATTERN_BYTES).toHex();
    const places = patterns.flatMap((pattern, i) => (pattern.toHex() === here ? [i] : []));
    if (places.length > 0) found.push(`${at}: ${places.join(",")}`);
  }
  return found;
};

const bySearch = (buffer: Uint8Array, patterns: readonly Uint8Array[]): readonly string[] => {
  const table = createPatternTable(patterns.length);
  for (const [i, pattern] of patterns.entries()) table.add(pattern, 0, i);
  const found: string[] = [];
  table.search(buffer, buffer.length, (at, pattern) => {
    found.push(`${at}: ${table.placesOf(pattern).join(",")}`);
  });
  return found;
};

describe("the pattern table", () => {
  test("finds what a naive search finds, at every offset", () => {
    const patterns = fc.array(few(PATTERN_BYTES, PATTERN_BYTES), { maxLength: 40 });
    fc.assert(
      fc.property(few(0, 60), patterns, fc.nat(40), (noise, all, cut) => {
        const buffer = Buffer.concat([noise.subarray(0, cut), ...all.slice(0, 3), noise]);
        expect(bySearch(buffer, all)).toEqual([...naive(buffer, all)]);
      }),
      seeded(300),
    );
  });

  test("reads no further than it is told", () => {
    const pattern = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    const table = createPatternTable(1);
    table.add(pattern, 0, 0);
    const offsets: number[] = [];
    const buffer = Buffer.concat([pattern, pattern]);
    table.search(buffer, 2 * PATTERN_BYTES - 1, (offset) => offsets.push(offset));
    table.search(buffer, PATTERN_BYTES - 1, (offset) => offsets.push(offset));
    expect(offsets).toEqual([0]);
  });

  test("counts a pattern once and refuses one too many", () => {
    const table = createPatternTable(2);
    const bytes = Uint8Array.from({ length: 10 }, (_, i) => i);
    table.add(bytes, 0, 0);
    table.add(bytes, 0, 1);
    table.add(bytes, 1, 2);
    expect(table.size).toBe(2);
    expect(() => table.add(bytes, 2, 3)).toThrow("more than 2 patterns");
    expect(() => createPatternTable(1e9)).toThrow("at most");
  });
});
