/** Secrets as processors and hash functions hold them: bytes, swapped words, HMAC's padded keys. */
import { type Image, plainImage } from "./image.ts";

/**
 * Words of `size` bytes, each turned around: what a big-endian message becomes when a
 * little-endian machine loads it into the words of a hash. `before` bytes of something else share
 * the first word with the secret. Words that are not wholly of the secret are left out.
 */
export const swapWords = (bytes: Uint8Array, size: number, before = 0): Uint8Array => {
  const start = (size - before) % size;
  const count = Math.max(0, Math.floor((bytes.length - start) / size));
  const words = Array.from({ length: count }, (_, i) =>
    bytes.slice(start + i * size, start + (i + 1) * size).toReversed(),
  );
  return Uint8Array.from(words.flatMap((word) => [...word]));
};

/**
 * Bytes as they are, and their reversal. The reversal of a big-endian number is its little-endian
 * form, and so also its 64-bit limbs, least first: what a BigInt of JavaScriptCore and a scalar
 * of libsecp256k1 on a 64-bit machine hold. SHA-256 works on words of 32 bits and SHA-512 on 64.
 */
export const byteOrders = (bytes: Uint8Array, prefix = ""): readonly Image[] => [
  plainImage(`${prefix}bytes`, bytes),
  plainImage(`${prefix}reversed or BigInt limbs`, bytes.toReversed()),
  plainImage(`${prefix}32-bit words`, swapWords(bytes, 4)),
  plainImage(`${prefix}64-bit words`, swapWords(bytes, 8)),
];

/** A hash's words where one byte comes before the secret: in BIP-32 and RFC 6979 a zero. */
export const wordsAfterByte = (bytes: Uint8Array): readonly Image[] => [
  plainImage("32-bit words after a byte", swapWords(bytes, 4, 1)),
  plainImage("64-bit words after a byte", swapWords(bytes, 8, 1)),
];

/** RFC 2104, section 2. */
const PADS = [
  ["ipad", 0x36],
  ["opad", 0x5c],
] as const;

/** The smallest block of a hash in use here: longer keys are hashed first. */
const BLOCK_BYTES = 64;

/** The padded keys of HMAC, in the orders in which they are hashed. */
export const hmacPads = (bytes: Uint8Array): readonly Image[] =>
  bytes.length > BLOCK_BYTES
    ? []
    : PADS.flatMap(([name, pad]) => {
        const padded = bytes.map((byte) => byte ^ pad);
        return [
          plainImage(`${name} bytes`, padded),
          plainImage(`${name} 32-bit words`, swapWords(padded, 4)),
          plainImage(`${name} 64-bit words`, swapWords(padded, 8)),
        ];
      });
