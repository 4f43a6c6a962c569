/** SLIP-39's published mnemonics, whose passphrase is "TREZOR", on the portable functions. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import fc from "fast-check";
import { recombineSeed, splitSeed } from "../../hardware/secrets/portable/slip39.ts";
import { must } from "./oracles/loading.ts";
import { bytes, seeded, seededRng } from "./oracles/seeded.ts";
import { shareOf, wordsOf } from "./oracles/slip39-words.ts";
import { hasNoVectors, listOf, readVectors, textOf } from "./oracles/vectors.ts";

setDefaultTimeout(60_000);

const PASSPHRASE = new TextEncoder().encode("TREZOR");

/** The seed's digits, or why there is none. */
const seedOf = (words: readonly string[]): string => {
  try {
    const seed = recombineSeed(words.map(shareOf), PASSPHRASE);
    return seed.ok ? seed.value.toHex() : seed.error;
  } catch {
    return "words_wrong";
  }
};

/** SLIP-39, "Test vectors", numbers 1, 4, 13, 17 and 43. */
const SHORT = [
  {
    title: "without sharing",
    seed: "bb54aac4b89dc868ba37d9cc21b2cece",
    words: [
      "duckling enlarge academic academic agency result length solution fridge kidney " +
        "coal piece deal husband erode duke ajar critical decision keyboard",
    ],
  },
  {
    title: "2-of-3",
    seed: "b43ceb7e57a0ea8766221624d01b0864",
    words: [
      "shadow pistol academic always adequate wildlife fancy gross oasis cylinder " +
        "mustang wrist rescue view short owner flip making coding armed",
      "shadow pistol academic acid actress prayer class unknown daughter sweater depict " +
        "flip twice unkind craft early superior advocate guest smoking",
    ],
  },
  {
    title: "an invalid digest",
    seed: "shares_wrong",
    words: [
      "guilt walnut academic acid deliver remove equip listen vampire tactics nylon " +
        "rhythm failure husband fatigue alive blind enemy teaspoon rebound",
      "guilt walnut academic agency brave hamster hobo declare herd taste alpha slim " +
        "criminal mild arcade formal romp branch pink ambition",
    ],
  },
  {
    title: "two groups",
    seed: "7c3397a292a5941682d7a4ae2d898d11",
    words: [
      "eraser senior decision roster beard treat identify grumpy salt index fake " +
        "aviation theater cubic bike cause research dragon emphasis counter",
      "eraser senior ceramic snake clay various huge numb argue hesitate auction " +
        "category timber browser greatest hanger petition script leaf pickup",
      "eraser senior ceramic shaft dynamic become junior wrist silver peasant force " +
        "math alto coal amazing segment yelp velvet image paces",
      "eraser senior ceramic round column hawk trust auction smug shame alive greatest " +
        "sheriff living perfect corner chest sled fumes adequate",
      "eraser senior decision smug corner ruin rescue cubic angel tackle skin skunk " +
        "program roster trash rumor slush angel flea amazing",
    ],
  },
  {
    title: "extendable 2-of-3",
    seed: "48b1a4b80b8c209ad42c33672bdaa428",
    words: [
      "enemy favorite academic acid cowboy phrase havoc level response walnut budget " +
        "painting inside trash adjust froth kitchen learn tidy punish",
      "enemy favorite academic always academic sniff script carpet romp kind promise " +
        "scatter center unfair training emphasis evening belong fake enforce",
    ],
  },
] as const;

describe("SLIP-39", () => {
  for (const { title, seed, words } of SHORT) {
    test(title, () => {
      expect(seedOf(words)).toBe(seed);
      expect(words.map(shareOf).map(wordsOf)).toEqual([...words]);
    });
  }

  test.skipIf(hasNoVectors)("the official mnemonics (needs MAYFLY_VECTORS)", async () => {
    const vectors = listOf(await readVectors("slip39.json")).map(listOf);
    expect(vectors.length).toBe(45);
    for (const [title, list, secret] of vectors) {
      const label = textOf(title);
      const answer = seedOf(listOf(list).map(textOf));
      if (secret === "") expect(`${label}: ${answer}`).toMatch(/(shares|share|words)_\w+$/u);
      else expect([label, answer]).toEqual([label, textOf(secret)]);
    }
  });

  test("another passphrase gives another seed, the same gives it back", () => {
    const rng = seededRng("passphrase");
    const length = fc.constantFrom(16, 32);
    const property = fc.property(
      length.chain((size) => bytes(size)),
      bytes(0, 20),
      (seed, pass) => {
        const plan = { groupThreshold: 1, groups: [{ threshold: 2, count: 2 }] };
        const shares = must(splitSeed(rng, seed, plan, pass));
        expect(must(recombineSeed(shares, pass)).toHex()).toBe(seed.toHex());
        expect(must(recombineSeed(shares, PASSPHRASE)).toHex()).not.toBe(seed.toHex());
      },
    );
    fc.assert(property, seeded(10));
  });
});
