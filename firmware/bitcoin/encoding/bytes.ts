/** Byte strings: comparing, joining, and the hashes Bitcoin makes of them. */
import type { Crypto } from "../../hal.ts";

export { compareBytes, isSame } from "../../../protocol/bytes.ts";

/** One byte string out of several. */
export const concatBytes = (...parts: readonly Uint8Array[]): Uint8Array => {
  let length = 0;
  for (const part of parts) length += part.length;
  const joined = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
};

/** The bytes of a text that is known to be ASCII. */
export const asciiBytes = (text: string): Uint8Array =>
  Uint8Array.from(text, (character) => character.charCodeAt(0));

/** The number in the 4 bytes at a place, little-endian; bytes beyond the end count as zero. */
export const uint32At = (bytes: Uint8Array, at: number): number => {
  const low = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
  return (low | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24)) >>> 0;
};

/** A number as 4 bytes, big-endian. */
export const uint32BigEndian = (value: number): Uint8Array =>
  Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);

/** SHA-256 of the parts in order, which are short or one: 32 bytes. */
export const sha256 = (crypto: Crypto, ...parts: readonly Uint8Array[]): Uint8Array => {
  const [only] = parts;
  // A hash in steps costs more than to copy what a tagged hash takes.
  return crypto.sha256Of(only && parts.length === 1 ? only : concatBytes(...parts));
};

/** SHA-256 twice, as Bitcoin names transactions: 32 bytes. */
export const doubleSha256 = (crypto: Crypto, data: Uint8Array): Uint8Array =>
  crypto.sha256Of(crypto.sha256Of(data));
