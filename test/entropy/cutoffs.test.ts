/** Cutoffs of SP 800-90B, section 4.4, against published tables and exact integers. */
import { describe, expect, test } from "bun:test";
import { proportionCutoff, repetitionCutoff } from "../../hardware/entropy/index.ts";

/** `1 + CRITBINOM(512, 2^-H, 1 - 2^-bits)` of a whole H: chances are integers over 2^(512 H). */
const exactCutoff = (entropy: number, bits: number): number => {
  const window = 512n;
  const rest = 2n ** BigInt(entropy) - 1n;
  const all = 2n ** (BigInt(entropy) * window);
  let ways = 1n;
  let tail = 1n;
  let count = window;
  while (tail * 2n ** BigInt(bits) <= all) {
    ways = (ways * count) / (window - count + 1n);
    count -= 1n;
    tail += ways * rest ** (window - count);
  }
  return Number(count) + 1;
};

describe("SP 800-90B, 4.4.2: adaptive proportion", () => {
  test.each([
    [0.5, 410],
    [1, 311],
    [2, 177],
    [4, 62],
    [8, 13],
  ])("%p bits a sample, W = 512, alpha = 2^-20: %p", (entropy, cutoff) => {
    expect(proportionCutoff(entropy)).toBe(cutoff);
  });

  test.each([
    [0.2, 941],
    [0.4, 840],
    [0.6, 748],
    [0.8, 664],
    [1, 589],
  ])("%p bits a binary sample, W = 1024, alpha = 2^-20: %p", (entropy, cutoff) => {
    expect(proportionCutoff(entropy, 20, 1024)).toBe(cutoff);
  });

  test("2^-30, W = 512, 1/1 to 1/15 bit: as decimals of 60 digits in Python give", () => {
    const cutoffs = Array.from({ length: 15 }, (_, i) => proportionCutoff(1 / (i + 1), 30));
    expect(cutoffs).toEqual([
      325, 422, 458, 477, 487, 494, 499, 502, 505, 507, 508, 509, 510, 511, 512,
    ]);
  });

  test("whole bits, alpha from 2^-20 to 2^-40: as the exact binomial", () => {
    for (const bits of [20, 27, 30, 33, 40]) {
      for (let entropy = 1; entropy <= 8; entropy += 1) {
        expect(proportionCutoff(entropy, bits)).toBe(exactCutoff(entropy, bits));
      }
    }
  });

  test("hardly any entropy: no window is ever too much", () => {
    expect(proportionCutoff(0.001)).toBe(513);
  });
});

test.each([
  [8, 20, 4],
  [1, 20, 21],
  [2, 20, 11],
  [0.5, 20, 41],
  [0.3, 20, 68],
  [8, 40, 6],
])("SP 800-90B, 4.4.1: repetition count of %p bits, alpha 2^-%p: %p", (entropy, bits, cutoff) => {
  expect(repetitionCutoff(entropy, bits)).toBe(cutoff);
});
