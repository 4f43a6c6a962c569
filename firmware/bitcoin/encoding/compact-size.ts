/** Bitcoin's variable-length integer, as it is written; `window.ts` reads it. */

/** A number below 2^32 as a compact size: 1, 3 or 5 bytes. */
export const encodeCompactSize = (value: number): Uint8Array => {
  if (value < 0xfd) return Uint8Array.of(value);
  if (value <= 0xffff) return Uint8Array.of(0xfd, value, value >>> 8);
  return Uint8Array.of(0xfe, value, value >>> 8, value >>> 16, value >>> 24);
};
