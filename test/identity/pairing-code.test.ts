/** A pairing code's words, as people copy them, and the key that HKDF-SHA256 makes of them. */
import { describe, expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import { entropyToMnemonic } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import fc from "fast-check";
import { pairingKeyOf, readPairingCode } from "../../host/identity/index.ts";
import { seeded } from "../firmware/outcomes.ts";

const WORDS = "ozone drill grab fiber curtain grace pudding thank cruise elder eight picnic";
const ENTROPY = Uint8Array.fromHex("9e885d952ad362caeb4efe34a8e91bd2");

const hmac = (key: Uint8Array, data: Uint8Array): Uint8Array =>
  createHmac("sha256", key).update(data).digest();

/** RFC 5869 by hand: extract with 32 zeros, expand one block. */
const byHand = (entropy: Uint8Array): string =>
  Buffer.from(hmac(hmac(new Uint8Array(32), entropy), Buffer.from("mayfly pair 1\u0001"))).toString(
    "hex",
  );

test("the key of a code is the one that SPEC describes", () => {
  expect(pairingKeyOf(ENTROPY).toHex()).toBe(byHand(ENTROPY));
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (entropy) => {
      const key = readPairingCode(entropyToMnemonic(entropy, wordlist));
      expect(key.ok && key.value.toHex()).toBe(byHand(entropy));
    }),
    seeded(100),
  );
});

describe("words are taken", () => {
  test.each([
    ["as shown", WORDS],
    ["in capitals", WORDS.toUpperCase()],
    ["with a capital each", WORDS.replaceAll(/\b[a-z]/g, (letter) => letter.toUpperCase())],
    ["a line for each, as a pipe gives them", `${WORDS.replaceAll(" ", "\n")}\n`],
    ["with any white space", ` \t${WORDS.replaceAll(" ", " \r\n\u00a0")}  `],
  ])("%s", (_, text) => {
    const key = readPairingCode(text);
    expect(key.ok && key.value.toHex()).toBe(byHand(ENTROPY));
  });
});

describe("refused: pairing_words_invalid", () => {
  const list = WORDS.split(" ");
  test.each([
    ["nothing", ""],
    ["white space", " \n"],
    ["eleven words", list.slice(1).join(" ")],
    ["thirteen words", `${WORDS} zoo`],
    ["a word that is none", WORDS.replace("grab", "grabs")],
    ["a wrong word: the checksum tells", WORDS.replace("picnic", "zoo")],
    ["two words changed about", WORDS.replace("ozone drill", "drill ozone")],
    ["words with commas", list.join(", ")],
    ["24 words of BIP-39", entropyToMnemonic(new Uint8Array(32).fill(1), wordlist)],
    ["the words of another list's alphabet", "日 本 語 日 本 語 日 本 語 日 本 語"],
    ["a long text", `${WORDS}${" ".repeat(2000)}`],
  ])("%s", (_, text) => {
    expect(readPairingCode(text)).toEqual({ ok: false, error: "pairing_words_invalid" });
  });
});
