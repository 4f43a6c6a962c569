/** SLIP-39: how a seed is split, and what any threshold of its shares gives. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import slip39 from "slip39";
import type { Secrets, Share, SplitPlan } from "../../../firmware/hal.ts";
import { loadSeed, must, readWords, refusal, seedXpub } from "../oracles/loading.ts";
import { bytes, seeded } from "../oracles/seeded.ts";
import { subsetsOf } from "../oracles/subsets.ts";

const NOTHING = new Uint8Array(0);

const group = fc
  .integer({ min: 2, max: 4 })
  .chain((threshold) =>
    fc.record({ threshold: fc.constant(threshold), count: fc.integer({ min: threshold, max: 5 }) }),
  );

const plan = (groupThreshold: number, ...groups: readonly (readonly [number, number])[]) => ({
  groupThreshold,
  groups: groups.map(([threshold, count]) => ({ threshold, count })),
});

const inGroup = (shares: readonly Share[], index: number): Share[] =>
  shares.filter(({ header }) => header.groupIndex === index);

/** The part of the suite about splitting. */
export const splitConformance = (make: () => Secrets): void => {
  describe("SLIP-39 split", () => {
    test("shares come in group order, then member order, of one set", () => {
      const secrets = make();
      const shares = must(
        secrets.split(must(secrets.generateSeed(NOTHING)), plan(2, [2, 3], [1, 1], [3, 5])),
      );
      const places = shares.map(({ header }) => [header.groupIndex, header.memberIndex]);
      const expected = [3, 1, 5].flatMap((count, at) =>
        Array.from({ length: count }, (_, m) => [at, m]),
      );
      expect(places).toEqual(expected);
      for (const { header, value } of shares) {
        expect(value.kind).toBe("share");
        expect(header.identifier).toBe(shares[0]?.header.identifier ?? -1);
        expect(header.identifier).toBeLessThan(2 ** 15);
        expect([header.extendable, header.iterationExponent]).toEqual([true, 0]);
        expect([header.groupThreshold, header.groupCount]).toEqual([2, 3]);
        expect(header.memberThreshold).toBe([2, 1, 3][header.groupIndex] ?? 0);
      }
    });

    test("every threshold of members recombines, and one fewer does not", async () => {
      const secrets = make();
      const property = fc.asyncProperty(group, bytes(16), async (members, entropy) => {
        const seed = await loadSeed(secrets, entropy);
        const xpub = seedXpub(secrets, seed);
        const shares = must(secrets.split(seed, { groupThreshold: 1, groups: [members] }));
        for (const subset of subsetsOf(shares, members.threshold)) {
          expect(seedXpub(secrets, must(secrets.recombine(subset)))).toBe(xpub);
        }
        for (const subset of subsetsOf(shares, members.threshold - 1)) {
          expect(refusal(secrets.recombine(subset))).toBe("shares_wrong");
        }
        secrets.wipeAll();
      });
      await fc.assert(property, seeded(6));
    });

    test("every pair of three groups recombines, in any order; one group does not", () => {
      const secrets = make();
      const seed = must(secrets.generateSeed(NOTHING));
      const xpub = seedXpub(secrets, seed);
      const shares = must(secrets.split(seed, plan(2, [2, 3], [1, 1], [2, 2])));
      const complete = [0, 1, 2].map((index) => inGroup(shares, index).slice(index === 0 ? 1 : 0));
      for (const pair of subsetsOf(complete, 2)) {
        const set = pair.flat().toReversed();
        expect(seedXpub(secrets, must(secrets.recombine(set)))).toBe(xpub);
      }
      for (const alone of complete) {
        expect(refusal(secrets.recombine(alone))).toBe("shares_wrong");
      }
    });

    test("more shares than the threshold, and a group that is not complete, do no harm", () => {
      const secrets = make();
      const seed = must(secrets.generateSeed(NOTHING));
      const xpub = seedXpub(secrets, seed);
      const shares = must(secrets.split(seed, plan(1, [2, 3], [2, 3])));
      const surplus = [...inGroup(shares, 0), ...inGroup(shares, 1).slice(0, 1)];
      expect(seedXpub(secrets, must(secrets.recombine(surplus)))).toBe(xpub);
      expect(seedXpub(secrets, must(secrets.recombine(shares)))).toBe(xpub);
    });

    test("sixteen of sixteen in sixteen groups", () => {
      const secrets = make();
      const seed = must(secrets.generateSeed(NOTHING));
      const most = Array.from({ length: 16 }, () => [16, 16] as const);
      const shares = must(secrets.split(seed, plan(16, ...most)));
      expect(shares.length).toBe(256);
      expect(seedXpub(secrets, must(secrets.recombine(shares)))).toBe(seedXpub(secrets, seed));
    });

    test("plans that SLIP-39 does not have are refused with threshold_invalid", () => {
      const secrets = make();
      const seed = must(secrets.generateSeed(NOTHING));
      const many = Array.from({ length: 17 }, () => [1, 1] as const);
      const bad: readonly SplitPlan[] = [
        plan(1),
        plan(0, [2, 3]),
        plan(2, [2, 3]),
        plan(1.5, [2, 3], [2, 3]),
        plan(1, [0, 3]),
        plan(1, [4, 3]),
        plan(1, [1, 2]),
        plan(1, [2, 17]),
        plan(1, [2.5, 3]),
        plan(1, [2, Number.NaN]),
        plan(1, ...many),
      ];
      for (const refused of bad) {
        expect(refusal(secrets.split(seed, refused))).toBe("threshold_invalid");
      }
    });

    test("the words of our shares recombine in the slip39 package", async () => {
      const secrets = make();
      for (const length of [16, 32, 64]) {
        const entropy = crypto.getRandomValues(new Uint8Array(length));
        const seed = await loadSeed(secrets, entropy);
        const shares = must(secrets.split(seed, plan(2, [2, 3], [3, 5], [1, 1])));
        const chosen = [...inGroup(shares, 0).slice(1), ...inGroup(shares, 1).slice(0, 3)];
        const words = await Promise.all(chosen.map((share) => readWords(secrets, share)));
        const recovered = slip39.recoverSecret(words, "");
        expect(new Uint8Array(recovered).toHex()).toBe(entropy.toHex());
      }
    });
  });
};
