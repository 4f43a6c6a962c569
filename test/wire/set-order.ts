/** Encoded values with every set of theirs brought into its order, nothing in it twice. */
import { compareBytes } from "../../protocol/bytes.ts";
import { decodeCbor, encodeCbor } from "../../protocol/cbor/cbor.ts";
import type { Form } from "../../protocol/cbor/form.ts";

const sorted = (items: readonly unknown[]): unknown[] => {
  const ordered = items
    .map((item) => ({ item, key: encodeCbor(item) }))
    .toSorted((a, b) => compareBytes(a.key, b.key));
  return ordered
    .filter(({ key }, i) => compareBytes(ordered[i - 1]?.key ?? new Uint8Array(0), key) !== 0)
    .map(({ item }) => item);
};

const walk = (form: Form, wire: unknown): unknown => {
  if (form.kind === "list" && Array.isArray(wire)) {
    const items = wire.map((one: unknown) => walk(form.item, one));
    return form.isSet && items.length <= form.maximum ? sorted(items) : items;
  }
  if (form.kind !== "map" || !(wire instanceof Map)) return wire;
  return new Map(
    [...wire].map(([key, one]: [unknown, unknown]) => {
      const member = form.members.find((candidate) => candidate.key === key);
      return [key, member === undefined ? one : walk(member.form, one)];
    }),
  );
};

/** The same value, its sets in order. What cannot be read stays as it is. */
export const inOrder = (form: Form, bytes: Uint8Array): Uint8Array => {
  const read = decodeCbor(bytes);
  return read.ok ? encodeCbor(walk(form, read.value)) : bytes;
};
