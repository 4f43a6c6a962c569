/**
 * Check words on the people's side: computed from the document that a host passed on, and compared
 * with those that a person types, as told by someone who sees the device's screen. They are never
 * shown here: who could read them would type what he reads.
 */
import { scrypt } from "node:crypto";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { CHECK_WORDS } from "../../protocol/check-words.ts";
import { fail, type Outcome, ok } from "../../protocol/errors.ts";

const deriveBits = (document: Uint8Array, salt: string): Promise<Uint8Array> => {
  const { n, r, p, length } = CHECK_WORDS;
  const maxmem = 128 * r * (n + p + 2); // OpenSSL counts a little more than the standard
  return new Promise((resolve, reject) => {
    scrypt(document, salt, length, { N: n, r, p, maxmem }, (error, derived) => {
      // Bun gives undefined where Node gives null.
      if (error instanceof Error) reject(error);
      else resolve(Uint8Array.from(derived));
    });
  });
};

/** The six words of a document. For tests and for a device's own screen; a tool compares only. */
export const checkWordsOf = async (
  document: Uint8Array,
  label: string,
): Promise<readonly string[]> => {
  const bits = BigInt(`0x${(await deriveBits(document, label)).toHex()}`);
  const width = 8 * CHECK_WORDS.length;
  return Array.from({ length: CHECK_WORDS.count }, (_, i) => {
    const shift = BigInt(width - CHECK_WORDS.wordBits * (i + 1));
    return wordlist[Number((bits >> shift) & 2047n)] ?? "";
  });
};

/** The words of a text, in lower case; four letters are enough (BIP-39, "Wordlist"). */
const typedWords = (text: string): readonly string[] =>
  text
    .toLowerCase()
    .split(/[\s,|]+/)
    .filter((word) => word !== "")
    .map((word) =>
      word.length === 4 ? (wordlist.find((known) => known.startsWith(word)) ?? word) : word,
    );

/** Whether a person typed the words of this document. */
export const confirmWords = async (
  document: Uint8Array,
  label: string,
  typed: string,
): Promise<Outcome<void, "check_words_wrong">> => {
  const words = await checkWordsOf(document, label);
  return typedWords(typed).join(" ") === words.join(" ")
    ? ok(undefined)
    : fail("check_words_wrong");
};
