/** Inputs of a fuzz run: saved ones with changes, several after each other, and random bytes. */
import fc from "fast-check";
import { concat } from "../../protocol/bytes.ts";
import { cobsEncode } from "../../protocol/frame/cobs.ts";
import { crc32c } from "../../protocol/frame/crc32c.ts";

type Mutation = (bytes: Uint8Array) => Uint8Array;

/** A place as a fraction, so that it is one whatever the length. */
const place = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });

const at = (bytes: Uint8Array, where: number): number => Math.floor(where * bytes.length);

const flip = fc.tuple(place, fc.nat({ max: 7 })).map(
  ([where, bit]): Mutation =>
    (bytes) =>
      bytes.map((byte, i) => (i === at(bytes, where) ? byte ^ (1 << bit) : byte)),
);

/** Heads that claim much, ends, tags, zeros: what a reader is likely to trip over. */
const INTERESTING = [
  "00",
  "ff",
  "0000",
  "5affffffff",
  "7affffffff",
  "9affffffff",
  "baffffffff",
  "9bffffffffffffffff",
  "c0",
  "f6",
  "f97e00",
  "1800",
  "efbbbf",
  "8181818181818181",
].map((digits) => Uint8Array.fromHex(digits));

const set = fc.tuple(place, fc.constantFrom(...INTERESTING)).map(
  ([where, value]): Mutation =>
    (bytes) => {
      const changed = Uint8Array.from(bytes);
      const from = at(bytes, where);
      changed.set(value.subarray(0, bytes.length - from), from);
      return changed;
    },
);

const insert = fc
  .tuple(place, fc.oneof(fc.uint8Array({ maxLength: 8 }), fc.constantFrom(...INTERESTING)))
  .map(
    ([where, value]): Mutation =>
      (bytes) => {
        const from = at(bytes, where);
        return concat(concat(bytes.subarray(0, from), value), bytes.subarray(from));
      },
  );

const truncate = place.map(
  (where): Mutation =>
    (bytes) =>
      bytes.slice(0, at(bytes, where)),
);

const remove = fc.tuple(place, fc.nat({ max: 8 })).map(
  ([where, count]): Mutation =>
    (bytes) => {
      const from = at(bytes, where);
      return concat(bytes.subarray(0, from), bytes.subarray(from + count));
    },
);

const splice = (corpus: readonly Uint8Array[]): fc.Arbitrary<Mutation> =>
  fc.tuple(place, place, fc.constantFrom(...corpus)).map(
    ([where, whence, other]): Mutation =>
      (bytes) =>
        concat(bytes.subarray(0, at(bytes, where)), other.subarray(at(other, whence))),
  );

/** Saved inputs, changed up to six times, and random bytes. */
export const mutated = (corpus: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> => {
  const mutation = fc.oneof(flip, flip, set, insert, truncate, remove, splice(corpus));
  const changed = fc
    .tuple(fc.constantFrom(...corpus), fc.array(mutation, { maxLength: 6 }))
    .map(([bytes, mutations]) => mutations.reduce((changing, mutate) => mutate(changing), bytes));
  return fc.oneof(
    { weight: 9, arbitrary: changed },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 600 }) },
  );
};

/** Any header and payload under a good CRC, stuffed and between delimiters. */
const framed = (plain: Uint8Array): Uint8Array => {
  const check = new Uint8Array(4);
  new DataView(check.buffer).setUint32(0, crc32c(plain));
  const zero = Uint8Array.of(0);
  return concat(concat(zero, cobsEncode(concat(plain, check))), zero);
};

const plain = fc
  .tuple(
    fc.integer({ min: 0x0f, max: 0x1a }),
    fc.uint8Array({ minLength: 11, maxLength: 11 }),
    fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.nat({ max: 5000 }).map((length) => new Uint8Array(length).fill(0x11)),
    ),
    fc.integer({ min: -1, max: 9 }),
  )
  .map(([type, header, payload, more]) => {
    const bytes = concat(concat(Uint8Array.of(type), header), payload);
    const length = payload.length + Math.min(0, more);
    bytes.set([(length >> 8) & 0xff, length & 0xff], 2);
    bytes.set([(header[9] ?? 0) % 40, (header[10] ?? 0) % 10], 10);
    return bytes;
  });

/** Frames whose check is right and whose fields are anything: the CRC hides them from `mutated`. */
export const wellChecked: fc.Arbitrary<Uint8Array> = fc
  .array(plain.map(framed), { maxLength: 3 })
  .map((several) => several.reduce(concat, new Uint8Array(0)));
