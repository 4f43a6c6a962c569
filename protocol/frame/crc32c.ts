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

const entry = (index: number): number => TABLE[index] ?? 0;

/** Four bytes, the first one lowest. */
const at32 = (bytes: Uint8Array, at: number): number =>
  (bytes[at] ?? 0) |
  ((bytes[at + 1] ?? 0) << 8) |
  ((bytes[at + 2] ?? 0) << 16) |
  ((bytes[at + 3] ?? 0) << 24);

/** What eight bytes from `at` on, the first four mixed with the check, come to. */
const slice = (bytes: Uint8Array, at: number, check: number): number => {
  const a = check ^ at32(bytes, at);
  const b = at32(bytes, at + 4);
  return (
    entry(0x700 + (a & 0xff)) ^
    entry(0x600 + ((a >>> 8) & 0xff)) ^
    entry(0x500 + ((a >>> 16) & 0xff)) ^
    entry(0x400 + (a >>> 24)) ^
    entry(0x300 + (b & 0xff)) ^
    entry(0x200 + ((b >>> 8) & 0xff)) ^
    entry(0x100 + ((b >>> 16) & 0xff)) ^
    entry(b >>> 24)
  );
};

/** The check of `bytes` between two places, as an unsigned 32-bit number. */
export const crc32c = (bytes: Uint8Array, start = 0, end: number = bytes.length): number => {
  let check = -1;
  let at = start;
  for (; at + SLICES <= end; at += SLICES) check = slice(bytes, at, check);
  for (; at < end; at += 1) {
    check = (check >>> 8) ^ entry((check ^ (bytes[at] ?? 0)) & 0xff);
  }
  return ~check >>> 0;
};
