/** A pairing code as a person copies it from a device's screen: 12 words (BIP-39), to its key. */
import { hkdfSync } from "node:crypto";
import { mnemonicToEntropy } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { fail, type Outcome, ok } from "../../protocol/errors.ts";
import { PAIRING_ENTROPY, PAIRING_LABEL } from "../../protocol/session/pairing.ts";

/** Longer than 12 words of eight letters, with room for spaces. */
const LONGEST_TEXT = 1024;

const entropyOf = (text: string): Uint8Array | undefined => {
  if (text.length > LONGEST_TEXT) return undefined;
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  try {
    return mnemonicToEntropy(words.join(" "), wordlist);
  } catch {
    return undefined; // the library's way to say that a word or the checksum is wrong
  }
};

/** The pre-shared key of a code's entropy: 32 bytes, HKDF-SHA256 without salt (RFC 5869). */
export const pairingKeyOf = (entropy: Uint8Array): Uint8Array =>
  new Uint8Array(hkdfSync("sha256", entropy, new Uint8Array(0), PAIRING_LABEL, 32));

/** The pre-shared key of a code's 12 words, in any case and with any white space between them. */
export const readPairingCode = (text: string): Outcome<Uint8Array, "pairing_words_invalid"> => {
  const entropy = entropyOf(text);
  if (entropy === undefined) return fail("pairing_words_invalid");
  const key = entropy.length === PAIRING_ENTROPY ? pairingKeyOf(entropy) : undefined;
  entropy.fill(0);
  return key === undefined ? fail("pairing_words_invalid") : ok(key);
};
