/**
 * Secrets that two processes know without telling each other: each byte follows from a number,
 * so that a holder can write one into memory byte by byte and have no other copy of it.
 */

/** How long they are. */
export const SECRET_BYTES = 32;

/** A byte of the secret of a number; both are counted from 0. */
export const secretByte = (number: number, index: number): number => {
  let word = Math.imul(number * SECRET_BYTES + index + 1, 0x9e3779b1);
  word = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
  return (word ^ (word >>> 16)) & 0xff;
};

/** All of it, for those who may have copies. */
export const secretOf = (number: number): Uint8Array =>
  Uint8Array.from({ length: SECRET_BYTES }, (_, index) => secretByte(number, index));
