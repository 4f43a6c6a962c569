/** BIP-39: the word list and the words of an entropy; HKDF-SHA256 (RFC 5869) beneath the code. */
import { describe, expect, test } from "bun:test";
import { createHash, hkdfSync } from "node:crypto";
import { entropyToMnemonic } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import fc from "fast-check";
import { deriveLinkSecret } from "../../../firmware/pairing/hkdf.ts";
import { ENGLISH } from "../../../firmware/words/english.ts";
import { mnemonicOf } from "../../../firmware/words/mnemonic.ts";
import { field, hasNoVectors, listOf, readVectors, textOf } from "../../secrets/oracles/vectors.ts";
import { seeded } from "../outcomes.ts";
import { CRYPTO } from "./pairing-room.ts";

/** SHA-256 of the list as BIP-39 publishes it: each word on a line of its own. */
const LIST_DIGEST = "2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda";

const sha256 = (data: Uint8Array): Uint8Array => CRYPTO.sha256().update(data).digest();

const phraseOf = (hex: string): string => mnemonicOf(Uint8Array.fromHex(hex), sha256).join(" ");

/** Vectors of BIP-39. */
const TABLE = [
  [
    "00000000000000000000000000000000",
    "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about",
  ],
  [
    "7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f",
    "legal winner thank year wave sausage worth useful legal winner thank yellow",
  ],
  ["ffffffffffffffffffffffffffffffff", "zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo wrong"],
  [
    "9e885d952ad362caeb4efe34a8e91bd2",
    "ozone drill grab fiber curtain grace pudding thank cruise elder eight picnic",
  ],
  [
    "6610b25967cdcca9d59875f5cb50b0ea75433311869e930b",
    "gravity machine north sort system female filter attitude volume fold club stay " +
      "feature office ecology stable narrow fog",
  ],
  [
    "68a79eaca2324873eacc50cb9c6eca8cc68ea5d936f98787c60c7ebc74e6ce7c",
    "hamster diagram private dutch cause delay private meat slide toddler razor book " +
      "happy fancy gospel tennis maple dilemma loan word shrug inflict delay length",
  ],
] as const;

describe("BIP-39", () => {
  test("the English list is the published one, word for word", () => {
    const text = ENGLISH.map((word) => `${word}\n`).join("");
    expect(createHash("sha256").update(text).digest("hex")).toBe(LIST_DIGEST);
    expect(ENGLISH).toEqual(wordlist);
  });

  test.each(TABLE)("the words of %s", (entropy, words) => {
    expect(phraseOf(entropy)).toBe(words);
  });

  test.skipIf(hasNoVectors)("all published vectors (needs MAYFLY_VECTORS)", async () => {
    const vectors = listOf(field(await readVectors("bip39.json"), "english")).map(listOf);
    expect(vectors).toHaveLength(24);
    for (const [entropy, words] of vectors) expect(phraseOf(textOf(entropy))).toBe(textOf(words));
  });

  test("another implementation finds the same words", () => {
    const entropies = fc
      .constantFrom(16, 20, 24, 28, 32)
      .chain((length) => fc.uint8Array({ minLength: length, maxLength: length }));
    fc.assert(
      fc.property(entropies, (entropy) => {
        expect(mnemonicOf(entropy, sha256).join(" ")).toBe(entropyToMnemonic(entropy, wordlist));
      }),
      seeded(300),
    );
  });

  test.each([0, 15, 18, 36])("entropy of %d bytes is our own mistake", (length) => {
    expect(() => mnemonicOf(new Uint8Array(length), sha256)).toThrow("entropy");
  });
});

describe("HKDF-SHA256", () => {
  test("RFC 5869, test case 3: no salt, no info", () => {
    const derived = deriveLinkSecret(CRYPTO, new Uint8Array(22).fill(0x0b), "");
    expect(derived.toHex()).toBe(
      "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d",
    );
  });

  test("another implementation derives the same", () => {
    const labels = fc.string({ unit: "binary", maxLength: 40 });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), labels, (secret, label) => {
        const other = hkdfSync("sha256", secret, new Uint8Array(0), label, 32);
        expect(deriveLinkSecret(CRYPTO, secret, label)).toEqual(new Uint8Array(other));
      }),
      seeded(300),
    );
  });
});
