/**
 * A reader over untrusted bytes. It never throws and never reads past the end: the first thing
 * that does not fit makes it fail for good, and from then on it gives zeros and empty strings. A
 * parser reads on and asks `isFailed` before it believes, loops on or keeps anything.
 */

/** Reads from the front; numbers are little-endian, byte strings are views of the source. */
export interface ByteReader {
  readonly isFailed: () => boolean;
  /** Marks the bytes as malformed. */
  readonly refuse: () => void;
  /** How many bytes are left; zero after a failure. */
  readonly remaining: () => number;
  /** How many bytes were read. */
  readonly position: () => number;
  readonly uint8: () => number;
  readonly uint32: () => number;
  /** Exact to 2^53; above that rounded, and still above any amount there is. */
  readonly uint64: () => number;
  /** Bitcoin's variable-length integer, in its shortest form only. */
  readonly compactSize: () => number;
  /** A view of the next `length` bytes; a negative length does not fit. */
  readonly bytes: (length: number) => Uint8Array;
  /** Passes over the next `length` bytes, without a view of them. */
  readonly skip: (length: number) => void;
  /** A compact size and that many bytes. */
  readonly string: () => Uint8Array;
}

const EMPTY = new Uint8Array(0);

/** A reader at the start of `source`. */
export const createReader = (source: Uint8Array): ByteReader => {
  const view = new DataView(source.buffer, source.byteOffset, source.byteLength);
  let at = 0;
  let failed = false;

  const refuse = (): void => {
    failed = true;
  };
  const remaining = (): number => (failed ? 0 : source.length - at);
  /** Where the next `length` bytes begin; undefined, and failed, if there are not as many. */
  const advance = (length: number): number | undefined => {
    if (length < 0 || length > remaining()) refuse();
    if (failed) return undefined;
    at += length;
    return at - length;
  };
  const number = (length: number, get: (start: number) => number): number => {
    const start = advance(length);
    return start === undefined ? 0 : get(start);
  };
  const uint8 = (): number => number(1, (start) => view.getUint8(start));
  const uint16 = (): number => number(2, (start) => view.getUint16(start, true));
  const uint32 = (): number => number(4, (start) => view.getUint32(start, true));
  const uint64 = (): number => {
    const low = uint32();
    return uint32() * 0x100000000 + low;
  };
  const atLeast = (value: number, minimum: number): number => {
    if (value < minimum) refuse();
    return failed ? 0 : value;
  };
  const compactSize = (): number => {
    const first = uint8();
    if (first === 0xfd) return atLeast(uint16(), 0xfd);
    if (first === 0xfe) return atLeast(uint32(), 0x10000);
    if (first === 0xff) return atLeast(uint64(), 0x100000000);
    return first;
  };
  const bytes = (length: number): Uint8Array => {
    const start = advance(length);
    return start === undefined ? EMPTY : source.subarray(start, start + length);
  };
  return {
    isFailed: () => failed,
    refuse,
    remaining,
    position: () => at,
    uint8,
    uint32,
    uint64,
    compactSize,
    bytes,
    skip: (length) => {
      advance(length);
    },
    string: () => bytes(compactSize()),
  };
};

/** A number below 2^32 as a compact size: 1, 3 or 5 bytes. */
export const encodeCompactSize = (value: number): Uint8Array => {
  if (value < 0xfd) return Uint8Array.of(value);
  if (value <= 0xffff) return Uint8Array.of(0xfd, value, value >>> 8);
  return Uint8Array.of(0xfe, value, value >>> 8, value >>> 16, value >>> 24);
};
