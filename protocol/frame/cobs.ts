/** Consistent Overhead Byte Stuffing (Cheshire and Baker 1999): bytes without a zero in them. */

const BLOCK = 254;

/** Stuffs `plain`; the result holds no zero and no delimiters. */
export const cobsEncode = (plain: Uint8Array): Uint8Array => {
  const stuffed = new Uint8Array(plain.length + Math.floor(plain.length / BLOCK) + 1);
  let code = 0;
  let at = 1;
  for (const [i, byte] of plain.entries()) {
    if (byte !== 0) {
      stuffed[at] = byte;
      at += 1;
    }
    const isFull = at - code === BLOCK + 1;
    if (byte === 0 || (isFull && i + 1 < plain.length)) {
      stuffed[code] = at - code;
      code = at;
      at += 1;
    }
  }
  stuffed[code] = at - code;
  return stuffed.subarray(0, at);
};

/** Undoes `cobsEncode`; `undefined` where a block runs over the end or a zero stands inside. */
export const cobsDecode = (stuffed: Uint8Array): Uint8Array | undefined => {
  if (stuffed.includes(0)) return undefined;
  const plain = new Uint8Array(stuffed.length);
  let at = 0;
  let next = 0;
  while (next < stuffed.length) {
    const code = stuffed[next] ?? 1;
    if (next + code > stuffed.length) return undefined;
    plain.set(stuffed.subarray(next + 1, next + code), at);
    at += code - 1;
    next += code;
    if (code <= BLOCK && next < stuffed.length) at += 1;
  }
  return plain.subarray(0, at);
};
