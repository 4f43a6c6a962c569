/** Claims of much that bring little: they are refused and leave nothing in memory. */
import { describe, expect, test } from "bun:test";
import { heapStats } from "bun:jsc";
import { type Target, TARGETS } from "./targets.ts";

const MEBIBYTE = 1 << 20;
const RUNS = 200;

const nested = (head: readonly number[]): Uint8Array =>
  Uint8Array.from({ length: 100_000 * head.length + 1 }, (_, i) => head[i % head.length] ?? 0);

const CLAIMS: readonly (readonly [string, Uint8Array])[] = [
  ["4 GiB of bytes", Uint8Array.fromHex("5affffffff")],
  ["4 GiB of text", Uint8Array.fromHex("7affffffff")],
  ["2^53 - 1 bytes", Uint8Array.fromHex("5b001fffffffffffff")],
  ["2^32 - 1 items", Uint8Array.fromHex("9affffffff00")],
  ["2^32 - 1 pairs", Uint8Array.fromHex("baffffffff0000")],
  ["16,384 items of which one is there", Uint8Array.fromHex("99400000")],
  ["100,000 nested lists", nested([0x81])],
  ["100,000 nested maps", nested([0xa1, 0x00])],
  ["100,000 nested tags", nested([0xc0])],
  ["100,000 lists without an end", nested([0x9f])],
];

const FRAMES: readonly (readonly [string, Uint8Array])[] = [
  ["100,000 bytes and no end", nested([0x11])],
  ["10,000 delimiters", new Uint8Array(10_000)],
  ["5,000 frames of one byte", nested([0x11, 0x00]).subarray(0, 10_000)],
];

/** Bytes that JavaScript holds after a collection, those of its byte strings among them. */
const held = (): number => {
  Bun.gc(true);
  const { extraMemorySize, heapSize } = heapStats();
  return heapSize + extraMemorySize;
};

const expectFlat = (targets: readonly Target[], bytes: Uint8Array): void => {
  const read = (): boolean => targets.some((target) => target.read(bytes));
  expect(read()).toBe(false);
  const before = held();
  for (let run = 0; run < RUNS; run += 1) read();
  expect(held() - before).toBeLessThan(8 * MEBIBYTE);
};

describe("CBOR", () => {
  const targets = TARGETS.filter(({ name }) => name !== "frames");
  test.each([...CLAIMS])("%s", (_, bytes) => expectFlat(targets, bytes));
});

describe("frames", () => {
  const targets = TARGETS.filter(({ name }) => name === "frames");
  test.each([...FRAMES])("%s", (_, bytes) => expectFlat(targets, bytes));
});
