/**
 * Check words (CUSTODY, section 4): six words by which people tell each other that what a host
 * passed on is what the device in front of one of them said. They are hardened by scrypt, so that
 * nobody grinds a document of his own until it has the same words.
 */
import type { Crypto } from "../hal.ts";
import { CHECK_WORDS } from "../../protocol/check-words.ts";
import { ENGLISH } from "./english.ts";
import { indexAt } from "./mnemonic.ts";

/** The words of a document under a label of its kind. */
export const checkWords = async (
  { scrypt }: Pick<Crypto, "scrypt">,
  label: string,
  document: Uint8Array,
): Promise<readonly string[]> => {
  const { count, wordBits, ...cost } = CHECK_WORDS;
  const bits = await scrypt(document, Uint8Array.of(...new TextEncoder().encode(label)), cost);
  return Array.from({ length: count }, (_, i) => ENGLISH[indexAt(bits, i * wordBits)] ?? "");
};
