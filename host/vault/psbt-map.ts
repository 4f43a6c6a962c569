/**
 * A PSBT of version 0 or 2 as maps of keys and values (BIP-174 and BIP-370, "Specification"):
 * what is not understood goes through unchanged, byte for byte. What values mean is decided
 * elsewhere; bitcoinjs-lib reads version 0 only.
 */

import { hex } from "@scure/base";
import { Transaction } from "bitcoinjs-lib";
import { fail, ok, type Outcome } from "../../protocol/errors.ts";
import { compactSize, joinBytes } from "./byte-parts.ts";
import { GLOBAL, MAGIC } from "./psbt-fields.ts";
import { isShaped } from "./psbt-shape.ts";

/** One key and its value. */
export interface PsbtField {
  /** The key's first number: what kind of field it is. */
  readonly type: number;
  /** The whole key with its type. */
  readonly key: Uint8Array;
  /** The key without its type, often empty. */
  readonly keyData: Uint8Array;
  readonly value: Uint8Array;
}

/** A map's fields in the file's order; no key stands in it twice. */
export type PsbtMap = readonly PsbtField[];

/** A PSBT as its maps. */
export interface PsbtMaps {
  readonly version: 0 | 2;
  readonly global: PsbtMap;
  readonly inputs: readonly PsbtMap[];
  readonly outputs: readonly PsbtMap[];
}

/** What a map ends with. */
const END = Uint8Array.of(0);

/** CompactSize: from here on the number follows in 2, 4 or 8 bytes, little-endian. */
const FIRST_LONG = 0xfd;

/** Reads forward; throws at the end of the bytes and on a number that could be shorter. */
interface Cursor {
  readonly isAtEnd: () => boolean;
  readonly bytes: (length: number) => Uint8Array;
  readonly size: () => number;
}

const createCursor = (source: Uint8Array): Cursor => {
  let offset = 0;
  const bytes = (length: number): Uint8Array => {
    if (length > source.length - offset) throw new RangeError("cut short");
    offset += length;
    return source.subarray(offset - length, offset);
  };
  const size = (): number => {
    const [first = 0] = bytes(1);
    if (first < FIRST_LONG) return first;
    const digits = bytes(2 ** (first - FIRST_LONG + 1));
    const value = digits.reduceRight((sum, digit) => sum * 256 + digit, 0);
    if (compactSize(value)[0] !== first) throw new RangeError("not the shortest form");
    return value;
  };
  return { isAtEnd: () => offset === source.length, bytes, size };
};

/** A field of that type; `keyData` is empty unless given. */
export const psbtField = (
  type: number,
  value: Uint8Array,
  keyData: Uint8Array = new Uint8Array(0),
): PsbtField => ({ type, key: joinBytes([compactSize(type), keyData]), keyData, value });

const readField = (key: Uint8Array, value: Uint8Array): PsbtField => {
  const cursor = createCursor(key);
  const type = cursor.size();
  return { type, key, keyData: key.subarray(compactSize(type).length), value };
};

const readMap = (cursor: Cursor): PsbtMap => {
  const fields: PsbtField[] = [];
  const keys = new Set<string>();
  for (let length = cursor.size(); length > 0; length = cursor.size()) {
    const key = cursor.bytes(length);
    fields.push(readField(key, cursor.bytes(cursor.size())));
    keys.add(hex.encode(key));
  }
  if (keys.size < fields.length) throw new RangeError("a key stands there twice");
  return fields;
};

/** The value of the field whose key is its type alone. */
export const valueIn = (map: PsbtMap, type: number): Uint8Array | undefined =>
  map.find((field) => field.type === type && field.keyData.length === 0)?.value;

/** All fields of a type, in the file's order. */
export const fieldsIn = (map: PsbtMap, type: number): PsbtMap =>
  map.filter((field) => field.type === type);

/** A little-endian number of 4 bytes; `undefined` where the value has another length. */
export const readUint32 = (value: Uint8Array | undefined): number | undefined =>
  value?.length === 4
    ? new DataView(value.buffer, value.byteOffset, 4).getUint32(0, true)
    : undefined;

/** How many inputs and outputs there are, by the transaction of version 0 or the counts of 2. */
const countsOf = (global: PsbtMap, version: 0 | 2): readonly [number, number] => {
  if (version === 0) {
    const { ins, outs } = Transaction.fromBuffer(valueIn(global, GLOBAL.unsignedTx) ?? END);
    return [ins.length, outs.length];
  }
  const count = (type: number): number => {
    const cursor = createCursor(valueIn(global, type) ?? new Uint8Array(0));
    const size = cursor.size();
    if (!cursor.isAtEnd()) throw new RangeError("bytes after a count");
    return size;
  };
  return [count(GLOBAL.inputCount), count(GLOBAL.outputCount)];
};

/** Version 0 has an unsigned transaction, version 2 has none (BIP-370, "Specification"). */
const versionOf = (global: PsbtMap): 0 | 2 => {
  const field = valueIn(global, GLOBAL.version);
  const version = field === undefined ? 0 : readUint32(field);
  const hasTransaction = valueIn(global, GLOBAL.unsignedTx) !== undefined;
  if (version === 0 && hasTransaction) return 0;
  if (version === 2 && !hasTransaction) return 2;
  throw new RangeError("no version of a PSBT");
};

const readAll = (bytes: Uint8Array): PsbtMaps => {
  const cursor = createCursor(bytes);
  if (hex.encode(cursor.bytes(MAGIC.length)) !== hex.encode(MAGIC)) throw new RangeError("magic");
  const global = readMap(cursor);
  const version = versionOf(global);
  const [inputCount, outputCount] = countsOf(global, version);
  const inputs: PsbtMap[] = [];
  const outputs: PsbtMap[] = [];
  while (inputs.length < inputCount) inputs.push(readMap(cursor));
  while (outputs.length < outputCount) outputs.push(readMap(cursor));
  if (!cursor.isAtEnd()) throw new RangeError("bytes after the last map");
  return { version, global, inputs, outputs };
};

/**
 * Reads binary PSBTs of either version. The maps look into `bytes`, which must not change.
 *
 * @returns `not_a_psbt` for other formats and versions, mixed versions, keys that stand in a map
 * twice, lengths that could be shorter, bytes missing or left over, and fields that `isShaped`
 * doesn't know so
 */
export const readMaps = (bytes: Uint8Array): Outcome<PsbtMaps, "not_a_psbt"> => {
  try {
    const maps = readAll(bytes);
    return isShaped(maps) ? ok(maps) : fail("not_a_psbt");
  } catch {
    return fail("not_a_psbt");
  }
};

const partsOf = (map: PsbtMap): readonly Uint8Array[] => [
  ...map.flatMap(({ key, value }) => [
    compactSize(key.length),
    key,
    compactSize(value.length),
    value,
  ]),
  END,
];

/** The bytes that `readMaps` read, unless fields were changed. */
export const writeMaps = ({ global, inputs, outputs }: PsbtMaps): Uint8Array =>
  joinBytes([MAGIC, ...[global, ...inputs, ...outputs].flatMap(partsOf)]);

const isBefore = (left: Uint8Array, right: Uint8Array): boolean =>
  hex.encode(left) < hex.encode(right);

/** A map with a field put in: in the place of its key's former value, or in the keys' order. */
export const withField = (map: PsbtMap, field: PsbtField): PsbtMap => {
  const name = hex.encode(field.key);
  const same = map.findIndex(({ key }) => hex.encode(key) === name);
  if (same >= 0) return map.with(same, field);
  const next = map.findIndex(({ key }) => isBefore(field.key, key));
  return next < 0 ? [...map, field] : map.toSpliced(next, 0, field);
};
