/** Witness stacks as transactions serialise them, within limits. */

/** Items of a stack: consensus knows no such limit, but what wallets sign has some twenty. */
const STACK_ITEMS = 100;

/** A number below 2^16 as Bitcoin's compact size. */
export const compactSize = (value: number): Uint8Array =>
  value < 0xfd ? Uint8Array.of(value) : Uint8Array.of(0xfd, value & 0xff, value >> 8);

const sized = (item: Uint8Array): Uint8Array => Buffer.concat([compactSize(item.length), item]);

/** A stack: how many items, and each with its length. Items are shorter than 2^16. */
export const writeStack = (items: readonly Uint8Array[]): Uint8Array =>
  Uint8Array.from(Buffer.concat([compactSize(items.length), ...items.map(sized)]));

/** Reads a stack that takes up all of the bytes; `undefined` for any other. */
export const readStack = (bytes: Uint8Array): readonly Uint8Array[] | undefined => {
  let at = 0;
  const readSize = (): number => {
    const [first = 0, low = 0, high = 0] = bytes.subarray(at, at + 3);
    at += first < 0xfd ? 1 : 3;
    if (first < 0xfd) return first;
    const value = low | (high << 8);
    return first === 0xfd && value >= 0xfd ? value : Number.POSITIVE_INFINITY;
  };
  const count = readSize();
  if (count > STACK_ITEMS) return undefined;
  const items: Uint8Array[] = [];
  while (items.length < count) {
    const length = readSize();
    if (at + length > bytes.length) return undefined;
    items.push(bytes.slice(at, at + length));
    at += length;
  }
  return at === bytes.length ? items : undefined;
};
