/** The parts that Bitcoin's serialisations are made of: little-endian numbers and CompactSize. */

/** The parts one after the other. */
export const joinBytes = (parts: readonly Uint8Array[]): Uint8Array => {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
};

/** 4 bytes. */
export const uint32 = (value: number): Uint8Array => {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
};

/** 8 bytes. */
export const uint64 = (value: bigint): Uint8Array => {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value, true);
  return bytes;
};

/** A count in the shortest of its forms: 1, 3, 5 or 9 bytes. */
export const compactSize = (value: number): Uint8Array => {
  if (value < 0xfd) return Uint8Array.of(value);
  if (value <= 0xffff) return Uint8Array.of(0xfd, value & 0xff, value >> 8);
  return value <= 0xffff_ffff
    ? joinBytes([Uint8Array.of(0xfe), uint32(value)])
    : joinBytes([Uint8Array.of(0xff), uint64(BigInt(value))]);
};

/** The bytes after their length, as CompactSize. */
export const withLength = (bytes: Uint8Array): Uint8Array =>
  joinBytes([compactSize(bytes.length), bytes]);

/** Whether two byte strings are the same. */
export const isSame = (left: Uint8Array, right: Uint8Array): boolean =>
  left.length === right.length && left.every((byte, position) => byte === right[position]);
