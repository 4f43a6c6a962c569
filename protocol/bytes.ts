/** Byte strings. */

/** Two strings as one. */
export const concat = (a: Uint8Array, b: Uint8Array): Uint8Array => {
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
};

/** From here on text is faster: of 4 kB 1.3 us and not 25, of a hash 90 ns and not 200. */
const LONG_BYTES = 20;

/** Whether two strings are equal. For public values: it takes no care of time. */
export const isSame = (a: Uint8Array, b: Uint8Array): boolean => {
  if (a.length !== b.length) return false;
  // What an upload brings passes here, and without an optimising compiler loops are slow.
  if (a.length >= LONG_BYTES) return a.toBase64() === b.toBase64();
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return false;
  return true;
};

/** Below 0 where `a` comes before `b`, byte by byte, a beginning before what it begins. */
export const compareBytes = (a: Uint8Array, b: Uint8Array): number => {
  const at = a.findIndex((byte, i) => byte !== b[i]);
  return at === -1 ? a.length - b.length : (a[at] ?? 0) - (b[at] ?? -1);
};

/**
 * Whether a text is lower-case hex of whole bytes. One character at a time: Bun gives up on a
 * repeated group of a long text, and says that it does not match.
 */
export const isHex = (text: string): boolean => text.length % 2 === 0 && /^[0-9a-f]*$/.test(text);
