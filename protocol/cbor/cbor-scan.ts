/**
 * The strict scan that every received byte string passes before it is decoded: the deterministic
 * subset of CBOR that the protocol speaks (RFC 8949, section 4.2.1). Unsigned integers up to
 * 2^53-1, byte and text strings, lists, maps with integer keys 0..23 in rising order, true and
 * false. No tags, floats, negative or indefinite items, no byte order mark before a text, nothing
 * after the end. It allocates nothing that depends on a length a peer claims.
 */
import { LIMITS } from "../limits.ts";

interface Cursor {
  readonly bytes: Uint8Array;
  at: number;
  items: number;
}

interface Head {
  readonly major: number;
  readonly argument: number;
}

const SIZES = [1, 2, 4, 8] as const;
const SMALLEST = [24, 0x100, 0x1_0000, 0x1_0000_0000] as const;

const readArgument = (cursor: Cursor, size: number): number => {
  let value = 0;
  for (let i = 0; i < size; i += 1) value = value * 256 + (cursor.bytes[cursor.at + i] ?? 0);
  cursor.at += size;
  return value;
};

/** `undefined` for anything but a definite, shortest-form head within the bytes. */
const readHead = (cursor: Cursor): Head | undefined => {
  const first = cursor.bytes[cursor.at];
  if (first === undefined) return undefined;
  cursor.at += 1;
  const [major, low] = [first >> 5, first & 31];
  if (low < 24) return { major, argument: low };
  const [size, smallest] = [SIZES[low - 24], SMALLEST[low - 24]];
  if (size === undefined || smallest === undefined) return undefined;
  if (cursor.at + size > cursor.bytes.length) return undefined;
  const argument = readArgument(cursor, size);
  return argument >= smallest && Number.isSafeInteger(argument) ? { major, argument } : undefined;
};

/** cbor-x drops the byte order mark of a long text: none may begin with it. */
const isText = (bytes: Uint8Array): boolean => {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return false;
  try {
    new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return true;
  } catch {
    return false; // the decoder's only way to say "not UTF-8"
  }
};

const skipString = (cursor: Cursor, head: Head): boolean => {
  const start = cursor.at;
  if (head.argument > cursor.bytes.length - start) return false;
  cursor.at += head.argument;
  return head.major === 2 || isText(cursor.bytes.subarray(start, cursor.at));
};

const skipList = (cursor: Cursor, count: number, depth: number): boolean => {
  for (let i = 0; i < count; i += 1) if (!skipItem(cursor, depth + 1)) return false;
  return true;
};

const skipMap = (cursor: Cursor, count: number, depth: number): boolean => {
  let previous = -1;
  for (let i = 0; i < count; i += 1) {
    const key = cursor.bytes[cursor.at];
    if (key === undefined || key > LIMITS.cborMapKey || key <= previous) return false;
    previous = key;
    cursor.at += 1;
    if (!skipItem(cursor, depth + 1)) return false;
  }
  return true;
};

const skipItem = (cursor: Cursor, depth: number): boolean => {
  cursor.items += 1;
  if (depth > LIMITS.cborDepth || cursor.items > LIMITS.cborItems) return false;
  const head = readHead(cursor);
  if (head === undefined) return false;
  switch (head.major) {
    case 0:
      return true;
    case 2:
    case 3:
      return skipString(cursor, head);
    case 4:
      return head.argument <= LIMITS.cborItems && skipList(cursor, head.argument, depth);
    case 5:
      return head.argument <= LIMITS.cborMapKey + 1 && skipMap(cursor, head.argument, depth);
    case 7:
      return head.argument === 20 || head.argument === 21;
    default:
      return false;
  }
};

/** Whether `bytes` is exactly one item of the subset. Never throws. */
export const isStrictCbor = (bytes: Uint8Array): boolean => {
  const cursor: Cursor = { bytes, at: 0, items: 0 };
  return skipItem(cursor, 1) && cursor.at === bytes.length;
};
