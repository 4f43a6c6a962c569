/** A full table of patterns: each is found, and nothing else. */
import { expect, test } from "bun:test";
import { seededRng } from "../secrets/oracles/seeded.ts";
import { createPatternTable, MAX_PATTERNS, PATTERN_BYTES } from "./pattern-table.ts";

const drawn = (label: string, length: number): Uint8Array => {
  const bytes = new Uint8Array(length);
  seededRng(label).fill(bytes);
  return bytes;
};

test("a million patterns one after the other are found, each at its place", () => {
  const bytes = drawn("patterns", MAX_PATTERNS * PATTERN_BYTES);
  const table = createPatternTable();
  for (let i = 0; i < MAX_PATTERNS; i += 1) table.add(bytes, i * PATTERN_BYTES, i);
  let misplaced = 0;
  let found = 0;
  table.search(bytes, bytes.length, (offset, pattern) => {
    found += 1;
    if (table.placesOf(pattern)[0] !== offset / PATTERN_BYTES) misplaced += 1;
  });
  expect([table.size, found, misplaced]).toEqual([MAX_PATTERNS, MAX_PATTERNS, 0]);
}, 60_000);

test("in as many other bytes none is found", () => {
  const bytes = drawn("patterns", MAX_PATTERNS * PATTERN_BYTES);
  const table = createPatternTable();
  for (let i = 0; i < MAX_PATTERNS; i += 1) table.add(bytes, i * PATTERN_BYTES, i);
  const others = drawn("other bytes", bytes.length);
  let found = 0;
  table.search(others, others.length, () => {
    found += 1;
  });
  expect(found).toBe(0);
}, 60_000);
