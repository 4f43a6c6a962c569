/** Base58Check: base 58 with four bytes of double SHA-256, as addresses and xpubs use it. */
import type { Crypto } from "../../hal.ts";
import { concatBytes, doubleSha256, isSame } from "./bytes.ts";
import { BITCOIN_LIMITS } from "../limits.ts";

const ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const CHECKSUM_BYTES = 4;

/** Multiplies the digits (least significant first) by `factor` and adds `carry`, in place. */
const multiplyAdd = (digits: number[], base: number, factor: number, carry: number): void => {
  let rest = carry;
  for (let at = 0; at < digits.length; at += 1) {
    rest += (digits[at] ?? 0) * factor;
    digits[at] = rest % base;
    rest = Math.floor(rest / base);
  }
  while (rest > 0) {
    digits.push(rest % base);
    rest = Math.floor(rest / base);
  }
};

/** Converts digits, most significant first, and keeps each leading zero as one. */
const convert = (source: readonly number[], from: number, to: number): readonly number[] => {
  const digits: number[] = [];
  for (const digit of source) multiplyAdd(digits, to, from, digit);
  const firstNonZero = source.findIndex((digit) => digit !== 0);
  const zeros = firstNonZero < 0 ? source.length : firstNonZero;
  return [...new Uint8Array(zeros), ...digits.toReversed()];
};

/** The text of a payload. */
export const encodeBase58Check = (payload: Uint8Array, crypto: Crypto): string => {
  const checksum = doubleSha256(crypto, payload).subarray(0, CHECKSUM_BYTES);
  const digits = convert([...concatBytes(payload, checksum)], 256, 58);
  return digits.map((digit) => ALPHABET.charAt(digit)).join("");
};

/** The payload of a text; undefined for a foreign character, a wrong checksum, too long a text. */
export const decodeBase58Check = (text: string, crypto: Crypto): Uint8Array | undefined => {
  if (text.length > BITCOIN_LIMITS.base58Chars) return undefined;
  const digits = Array.from(text, (character) => ALPHABET.indexOf(character));
  if (digits.includes(-1)) return undefined;
  const bytes = Uint8Array.from(convert(digits, 58, 256));
  if (bytes.length < CHECKSUM_BYTES) return undefined;
  const payload = bytes.subarray(0, bytes.length - CHECKSUM_BYTES);
  const checksum = doubleSha256(crypto, payload).subarray(0, CHECKSUM_BYTES);
  return isSame(checksum, bytes.subarray(payload.length)) ? payload : undefined;
};
