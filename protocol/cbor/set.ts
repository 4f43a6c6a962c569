/**
 * A list whose order means nothing. On the wire its items stand in the order of their encodings,
 * byte by byte, and none twice, so that one set has one encoding and one hash.
 */
import { compareBytes } from "../bytes.ts";
import { encodeCbor } from "./cbor.ts";
import { list, type Schema } from "./schema.ts";

const encoded = (wire: unknown): readonly (readonly [Uint8Array, unknown])[] =>
  Array.isArray(wire) ? wire.map((one: unknown) => [encodeCbor(one), one]) : [];

const isAscending = (wire: readonly unknown[]): boolean => {
  const keys = encoded(wire).map(([key]) => key);
  return keys.every((key, i) => {
    const before = keys[i - 1];
    return before === undefined || compareBytes(before, key) < 0;
  });
};

/** A set of at most `maximum` items. An item that stands twice is refused when it is read. */
export const set = <T>(item: Schema<T>, maximum: number): Schema<readonly T[]> => {
  const plain = list(item, maximum);
  return {
    ...plain,
    form: { kind: "list", item: item.form, maximum, isSet: true },
    toWire: (value) =>
      encoded(plain.toWire(value))
        .toSorted(([a], [b]) => compareBytes(a, b))
        .map(([, one]) => one),
    fromWire: (wire) =>
      Array.isArray(wire) && wire.length <= maximum && isAscending(wire)
        ? plain.fromWire(wire)
        : undefined,
  };
};
