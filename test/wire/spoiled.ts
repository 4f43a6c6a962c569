/** CBOR values with one thing changed: a member too many or too few, another value, more items. */
import fc from "fast-check";
import { decodeCbor, encodeCbor } from "../../protocol/cbor/cbor.ts";

const STRANGERS: readonly unknown[] = [
  0,
  2 ** 16,
  2 ** 32,
  Number.MAX_SAFE_INTEGER,
  "",
  "stranger",
  "x".repeat(5000),
  new Uint8Array(0),
  new Uint8Array(33),
  true,
  [],
  new Map(),
];

interface Change {
  /** Which of a value's parts, of those that there are. */
  readonly place: number;
  readonly key: number;
  readonly how: "add" | "remove" | "replace" | "repeat";
  readonly stranger: unknown;
}

const inMap = (value: ReadonlyMap<unknown, unknown>, change: Change): unknown => {
  const pairs = new Map<unknown, unknown>(value);
  const keys = [...pairs.keys()];
  const at = keys[change.place % Math.max(1, keys.length)];
  if (change.how === "add") pairs.set(change.key, change.stranger);
  else if (change.how === "remove") pairs.delete(at);
  else if (at !== undefined) pairs.set(at, deeper(pairs.get(at), change));
  return new Map([...pairs].toSorted(([a], [b]) => Number(a) - Number(b)));
};

const inList = (items: readonly unknown[], change: Change): unknown => {
  if (change.how === "repeat") return Array<unknown>(2001).fill(items[0] ?? change.stranger);
  if (change.how === "add" || items.length === 0) return [...items, change.stranger];
  const at = change.place % items.length;
  if (change.how === "remove") return items.toSpliced(at, 1);
  return items.with(at, deeper(items[at], change));
};

/** A part is spoiled itself, or, where it has parts and chance wills, one of them. */
const deeper = (value: unknown, change: Change): unknown =>
  change.place % 3 === 0
    ? change.stranger
    : spoil(value, { ...change, place: Math.floor(change.place / 3) });

const spoil = (value: unknown, change: Change): unknown => {
  if (value instanceof Map) return inMap(value, change);
  return Array.isArray(value) ? inList(value, change) : change.stranger;
};

const changes: fc.Arbitrary<Change> = fc.record({
  place: fc.nat({ max: 10_000 }),
  key: fc.nat({ max: 23 }),
  how: fc.constantFrom("add", "remove", "replace", "repeat"),
  stranger: fc.constantFrom(...STRANGERS),
});

/** Encoded values with one thing changed in each; still of the wire's subset of CBOR. */
export const spoiled = (bytes: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> =>
  fc.tuple(bytes, changes).map(([good, change]) => {
    const read = decodeCbor(good);
    return encodeCbor(spoil(read.ok ? read.value : undefined, change));
  });
