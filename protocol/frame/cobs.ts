/** Consistent Overhead Byte Stuffing (Cheshire and Baker 1999): bytes without a zero in them. */

/** Bytes of a full block, which no zero follows. */
const BLOCK = 254;
const FULL = BLOCK + 1;

/** How many bytes stuffing adds to `length` bytes at most. */
export const cobsOverhead = (length: number): number => 1 + Math.floor(length / BLOCK);

/**
 * Stuffs the bytes of `buffer` from `start` to its last byte, which must be a zero and is not one
 * of them, and moves them forward to `target`, at least `cobsOverhead` before `start`. Returns
 * where they end. A zero turns into the length of the block that follows it, so most bytes move
 * only once and all by the same distance.
 */
export const cobsStuff = (buffer: Uint8Array, target: number, start: number): number => {
  const end = buffer.length - 1;
  let at = target;
  let from = start;
  const block = (length: number): void => {
    buffer[at] = length + 1;
    buffer.copyWithin(at + 1, from, from + length);
    at += length + 1;
    from += length;
  };
  for (;;) {
    const zero = buffer.indexOf(0, from);
    while (zero - from >= BLOCK) {
      block(BLOCK);
      if (from === end) return at;
    }
    block(zero - from);
    if (zero === end) return at;
    from += 1;
  }
};

/** Stuffs `plain`; the result holds no zero and no delimiters. */
export const cobsEncode = (plain: Uint8Array): Uint8Array => {
  const start = cobsOverhead(plain.length);
  const buffer = new Uint8Array(start + plain.length + 1);
  buffer.set(plain, start);
  return buffer.subarray(0, cobsStuff(buffer, 0, start));
};

/**
 * Undoes `cobsEncode` into memory of its own; `undefined` where a block runs over the end or a
 * zero stands inside.
 */
export const cobsDecode = (stuffed: Uint8Array): Uint8Array | undefined => {
  if (stuffed.includes(0)) return undefined;
  const { length } = stuffed;
  const plain = stuffed.slice(1);
  let at = 0;
  for (let from = 0; from < length; ) {
    const code = stuffed[from] ?? 1;
    const next = from + code;
    if (next > length) return undefined;
    // Only behind a full block do the bytes lie elsewhere than where they came.
    if (at < from) plain.copyWithin(at, from, next - 1);
    at += code - 1;
    if (code < FULL && next < length) {
      plain[at] = 0;
      at += 1;
    }
    from = next;
  }
  return plain.subarray(0, at);
};
