/**
 * Entropy as words (BIP-39, "Generating the mnemonic"): here a short way to carry a secret by eye
 * and hand, with a checksum. No seed is made of it.
 */
import { assert } from "../../protocol/errors.ts";
import { ENGLISH } from "./english.ts";

const WORD_BITS = 11;

/** Bit `index` of the bytes, the most significant first. */
const bitAt = (bytes: Uint8Array, index: number): number =>
  ((bytes[index >> 3] ?? 0) >> (7 - (index & 7))) & 1;

/** The 11 bits from `start` on. */
export const indexAt = (bytes: Uint8Array, start: number): number => {
  let index = 0;
  for (let bit = 0; bit < WORD_BITS; bit += 1) index = index * 2 + bitAt(bytes, start + bit);
  return index;
};

/**
 * 12 to 24 words of 16 to 32 bytes of entropy, a multiple of 4: the entropy and, of its SHA-256,
 * one bit for each 4 bytes, in words of 11 bits.
 */
export const mnemonicOf = (
  entropy: Uint8Array,
  sha256: (data: Uint8Array) => Uint8Array,
): readonly string[] => {
  const { length } = entropy;
  assert(length >= 16 && length <= 32 && length % 4 === 0, "entropy of BIP-39's lengths");
  const bits = new Uint8Array(length + 1);
  bits.set(entropy);
  bits.set(sha256(entropy).subarray(0, 1), length);
  const count = (length * 8 + length / 4) / WORD_BITS;
  const words = Array.from(
    { length: count },
    (_, i) => ENGLISH[indexAt(bits, i * WORD_BITS)] ?? "",
  );
  bits.fill(0);
  return words;
};
