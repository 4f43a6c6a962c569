/** GF(256), and one level of SLIP-39's sharing: every threshold, every subset. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { PointAt } from "../../hardware/secrets/portable/galois.ts";
import { invert, multiply } from "../../hardware/secrets/sharing/galois.ts";
import { recoverSecret, splitSecret } from "../../hardware/secrets/portable/shamir.ts";
import { must } from "./oracles/loading.ts";
import { bytes, seeded, seededRng } from "./oracles/seeded.ts";
import { subsetsOf } from "./oracles/subsets.ts";

const ALL = Array.from({ length: 256 }, (_, element) => element);

/** The product by exponents of the generator x + 1, as SLIP-39's text has it. */
const productByTable = (): ((left: number, right: number) => number) => {
  const powers: number[] = [];
  let power = 1;
  for (let exponent = 0; exponent < 255; exponent += 1) {
    powers.push(power);
    power ^= power << 1;
    if (power > 255) power ^= 0x11b;
  }
  return (left, right) =>
    left === 0 || right === 0
      ? 0
      : (powers[(powers.indexOf(left) + powers.indexOf(right)) % 255] ?? 0);
};

describe("GF(256)", () => {
  test("all products are those of the exponent table", () => {
    const product = productByTable();
    const differing = ALL.flatMap((left) => ALL.map((right) => [left, right] as const)).filter(
      ([left, right]) => multiply(left, right) !== product(left, right),
    );
    expect(differing).toEqual([]);
  });

  test("every element but zero has its inverse", () => {
    expect(ALL.slice(1).every((element) => multiply(element, invert(element)) === 1)).toBe(true);
    expect(() => invert(0)).toThrow("broken invariant");
  });
});

const plan = fc
  .integer({ min: 1, max: 16 })
  .chain((count) => fc.tuple(fc.integer({ min: 1, max: count }), fc.constant(count)));

/** Enough points give the secret, whichever they are; fewer give nothing. */
const checkSubsets = (threshold: number, points: readonly PointAt[], secret: Uint8Array): void => {
  for (let size = 0; size <= points.length; size += 1) {
    const expected = size < threshold ? undefined : secret.toHex();
    const found = subsetsOf(points, size).map((set) => recoverSecret(threshold, set)?.toHex());
    expect(new Set(found)).toEqual(new Set([expected]));
  }
};

describe("SLIP-39, one level", () => {
  test("all subsets of up to 7 shares, of every threshold", () => {
    const rng = seededRng("subsets");
    const secret = Uint8Array.from({ length: 32 }, (_, index) => index * 5);
    const plans = [2, 3, 4, 5, 6, 7].flatMap((count) =>
      Array.from({ length: count - 1 }, (_, at) => [at + 2, count] as const),
    );
    for (const [threshold, count] of plans) {
      const values = must(splitSecret(rng, threshold, count, secret));
      checkSubsets(
        threshold,
        values.map((y, x) => ({ x, y })),
        secret,
      );
    }
  });

  test("thresholds and counts up to 16, and one bent byte", () => {
    const rng = seededRng("bent");
    const property = fc.property(plan, bytes(16), fc.nat(), ([threshold, count], secret, at) => {
      const values = must(splitSecret(rng, threshold, count, secret));
      const points = values.map((y, x) => ({ x, y })).slice(-threshold);
      expect(recoverSecret(threshold, points)?.toHex()).toBe(secret.toHex());
      const bent = points[at % points.length]?.y;
      if (bent === undefined || threshold === 1) return;
      bent[at % 16] = (bent[at % 16] ?? 0) ^ 1;
      expect(recoverSecret(threshold, points)).toBeUndefined();
    });
    fc.assert(property, seeded(200));
  });

  test("at threshold 1 all values must be equal", () => {
    const y = new Uint8Array(16);
    const points = [0, 1].map((x) => ({ x, y }));
    expect(recoverSecret(1, points)?.toHex()).toBe(y.toHex());
    expect(recoverSecret(1, [...points, { x: 2, y: y.map(() => 1) }])).toBeUndefined();
    expect(recoverSecret(1, [])).toBeUndefined();
  });
});
