/** The heads of a map's pairs: a key, and the size of the value behind it. */
import {
  has,
  isLost,
  MALFORMED,
  readCompactSize,
  STARVED,
  type Window,
} from "../encoding/window.ts";
import { BITCOIN_LIMITS } from "../limits.ts";

/** A pair's head, until the next one is read. */
export interface Head {
  type: number;
  keyData: Uint8Array;
  valueBytes: number;
}

const NO_KEY_DATA = new Uint8Array(0);

/** No head was read yet. */
export const createHead = (): Head => ({ type: 0, keyData: NO_KEY_DATA, valueBytes: 0 });

/** What `readHead` gives at the end of a map. */
export const END = -3;
/** The same for a head. */
export const OK = 0;

/** Reads a key of some bytes and the size of its value into `head`. */
const readKey = (window: Window, keyBytes: number, head: Head): number => {
  const end = window.at + keyBytes;
  if (keyBytes > BITCOIN_LIMITS.keyBytes || isLost(window, keyBytes)) return MALFORMED;
  if (!has(window, keyBytes)) return STARVED;
  const type = readCompactSize(window);
  if (type < 0 || window.at > end) return MALFORMED;
  head.type = type;
  head.keyData = window.at === end ? NO_KEY_DATA : window.bytes.subarray(window.at, end);
  window.at = end;
  head.valueBytes = readCompactSize(window);
  return head.valueBytes < 0 ? head.valueBytes : OK;
};

/** Reads a head, `END` for the map's end; `STARVED` leaves the window where it was. */
export const readHead = (window: Window, head: Head): number => {
  const start = window.at;
  const keyBytes = readCompactSize(window);
  const state = keyBytes > 0 ? readKey(window, keyBytes, head) : keyBytes;
  if (state === STARVED) window.at = start;
  return keyBytes === 0 ? END : state;
};

/** What no two keys share; most fields are singular, and their type says it all. */
export const nameOf = ({ type, keyData }: Head): number | string =>
  keyData.length === 0 ? type : `${type}/${keyData.toHex()}`;
