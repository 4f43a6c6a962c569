/** CRC-32C (Castagnoli; RFC 3720, appendix B.4): reflected 82F63B78, check value E3069283. */

const POLYNOMIAL = 0x82f6_3b78;
/** Bytes taken in one step. */
const SLICES = 8;

const rest = (byte: number): number => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = (value >>> 1) ^ (value & 1 ? POLYNOMIAL : 0);
  return value;
};

/**
 * What a byte does to the check, followed by 0 to 7 zero bytes: 256 entries each ("slicing by 8",
 * Kounavis and Berry 2005). One byte at a time takes four times as long.
 */
const TABLE: Int32Array = (() => {
  const table = new Int32Array(256 * SLICES);
  for (let byte = 0; byte < 256; byte += 1) table[byte] = rest(byte);
  for (let i = 256; i < table.length; i += 1) {
    const before = table[i - 256] ?? 0;
    table[i] = (before >>> 8) ^ (table[before & 0xff] ?? 0);
  }
  return table;
})();

/** The check of `bytes` between two places, as an unsigned 32-bit number. */
export const crc32c = (bytes: Uint8Array, start = 0, end: number = bytes.length): number => {
  let check = -1;
  let at = start;
  for (; at + SLICES <= end; at += SLICES) {
    const a = check ^ (bytes[at] ?? 0);
    const b = (check >>> 8) ^ (bytes[at + 1] ?? 0);
    const c = (check >>> 16) ^ (bytes[at + 2] ?? 0);
    const d = (check >>> 24) ^ (bytes[at + 3] ?? 0);
    check =
      (TABLE[0x700 + (a & 0xff)] ?? 0) ^
      (TABLE[0x600 + (b & 0xff)] ?? 0) ^
      (TABLE[0x500 + (c & 0xff)] ?? 0) ^
      (TABLE[0x400 + d] ?? 0) ^
      (TABLE[0x300 + (bytes[at + 4] ?? 0)] ?? 0) ^
      (TABLE[0x200 + (bytes[at + 5] ?? 0)] ?? 0) ^
      (TABLE[0x100 + (bytes[at + 6] ?? 0)] ?? 0) ^
      (TABLE[bytes[at + 7] ?? 0] ?? 0);
  }
  for (; at < end; at += 1) {
    check = (check >>> 8) ^ (TABLE[(check ^ (bytes[at] ?? 0)) & 0xff] ?? 0);
  }
  return ~check >>> 0;
};
