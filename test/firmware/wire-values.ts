/** Random values as the wire carries them, and ways to spoil a good one. */
import fc from "fast-check";

/** Bytes, short ones mostly. */
export const someBytes = (maxLength: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ maxLength, size: "max" });

/** A value in wire form: whatever the strict CBOR subset can say. */
export const wireValue: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.oneof(
      fc.nat(40),
      fc.maxSafeNat(),
      fc.boolean(),
      fc.string({ unit: "binary", maxLength: 40 }),
      fc.constantFrom("boot", "custodian", "wsh(sortedmulti(2,@0/**,@1/**))"),
      someBytes(64),
      fc.constantFrom(4, 16, 32, 33, 48).map((length) => new Uint8Array(length)),
    ),
    fc.array(tie("value"), { maxLength: 6 }),
    fc
      .uniqueArray(fc.nat(23), { maxLength: 8 })
      .chain((keys) =>
        fc
          .tuple(
            ...keys
              .toSorted((a, b) => a - b)
              .map((key) => fc.tuple(fc.constant(key), tie("value"))),
          )
          .map((entries) => new Map(entries)),
      ),
  ),
})).value;

/** One change to one place of a value. */
export interface Change {
  /** Which of the value's parts, in order, modulo their number. */
  readonly place: number;
  readonly how: "replace" | "flip" | "cut" | "grow" | "drop";
  readonly value: unknown;
  readonly bit: number;
}

/** A random change. */
export const someChange: fc.Arbitrary<Change> = fc.record({
  place: fc.nat(200),
  how: fc.constantFrom("replace", "flip", "flip", "flip", "cut", "grow", "drop"),
  value: wireValue,
  bit: fc.nat(),
});

const flipBit = (bytes: Uint8Array, bit: number): Uint8Array => {
  const copy = Uint8Array.from(bytes);
  const index = bytes.length === 0 ? 0 : Math.floor(bit / 8) % bytes.length;
  copy.set([(bytes[index] ?? 0) ^ (1 << (bit % 8))].slice(0, bytes.length), index);
  return copy;
};

const changeBytes = (bytes: Uint8Array, { how, bit, value }: Change): unknown => {
  const place = bit % (bytes.length + 1);
  if (how === "flip") return flipBit(bytes, bit);
  if (how === "cut") return bytes.slice(0, place);
  if (how === "grow") return Uint8Array.of(...bytes.slice(0, place), 0, ...bytes.slice(place));
  return value;
};

const changeLeaf = (leaf: unknown, change: Change): unknown => {
  if (leaf instanceof Uint8Array) return changeBytes(leaf, change);
  if (typeof leaf === "number" && change.how === "flip") return leaf + 1;
  if (typeof leaf === "string" && change.how === "cut") return leaf.slice(0, change.bit % 9);
  if (typeof leaf === "string" && change.how === "grow") return `${leaf}\u{1f512}`;
  return change.value;
};

const dropped = Symbol("dropped");

/** The value with one change at one of its parts. */
export const spoil = (value: unknown, change: Change): unknown => {
  let parts = 0;
  const count = (part: unknown): void => {
    parts += 1;
    if (Array.isArray(part)) part.forEach(count);
    if (part instanceof Map) [...part.values()].forEach(count);
  };
  count(value);
  let left = change.place % parts;
  const walk = (part: unknown): unknown => {
    left -= 1;
    if (left === -1) return change.how === "drop" ? dropped : changeLeaf(part, change);
    if (Array.isArray(part)) return part.map(walk).filter((one) => one !== dropped);
    if (part instanceof Map) {
      const entries = [...part].map(([key, one]) => [key, walk(one)] as const);
      return new Map(entries.filter(([, one]) => one !== dropped));
    }
    return part;
  };
  const spoiled = walk(value);
  return spoiled === dropped ? new Map() : spoiled;
};
