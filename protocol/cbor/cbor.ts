/**
 * Deterministic CBOR (RFC 8949, section 4.2.1) on cbor-x, behind the strict scan. cbor-x alone is
 * unsafe at a trust boundary: it takes duplicate keys, longer forms and tags, and hands out views.
 * The entry without `eval` is taken, because the plain one makes code from what it decodes, and
 * loads a native addon where one was built, which crashed Bun 1.4.5 in the middle of a record.
 */
import { Encoder } from "cbor-x/index-no-eval";
import { isSame } from "../bytes.ts";
import { isStrictCbor } from "./cbor-scan.ts";
import { fail, type Outcome, ok } from "../errors.ts";
import { readWire, type Schema } from "./schema.ts";

const codec = new Encoder({
  mapsAsObjects: false,
  useRecords: false,
  tagUint8Array: false,
  copyBuffers: false, // `fromCodec` copies, once
});

/** cbor-x writes whole numbers above 32 bits as floats, unless they come as BigInt. */
const forCodec = (value: unknown): unknown => {
  if (typeof value === "number") return value > 0xffff_ffff ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(forCodec);
  if (value instanceof Map) return new Map([...value].map(([key, one]) => [key, forCodec(one)]));
  return value;
};

/** Decoded byte strings become plain `Uint8Array`s of their own memory. */
const fromCodec = (value: unknown): unknown => {
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(fromCodec);
  if (value instanceof Map) return new Map([...value].map(([key, one]) => [key, fromCodec(one)]));
  return value;
};

/** Encodes numbers, texts, byte strings, truth values, lists and maps keyed by 0..23. */
export const encodeCbor = (value: unknown): Uint8Array =>
  new Uint8Array(codec.encode(forCodec(value)));

/** Decodes one item of the subset; anything else, or anything not deterministic, is refused. */
export const decodeCbor = (bytes: Uint8Array): Outcome<unknown, "malformed_message"> => {
  if (!isStrictCbor(bytes)) return fail("malformed_message");
  const value = fromCodec(codec.decode(bytes));
  return isSame(encodeCbor(value), bytes) ? ok(value) : fail("malformed_message");
};

/** Encodes a value as its schema says. */
export const encodeAs = <T>(schema: Schema<T>, value: T): Uint8Array =>
  encodeCbor(schema.toWire(value));

/** Decodes bytes as a schema says; `undefined` where they do not fit. */
export const decodeAs = <T>(schema: Schema<T>, bytes: Uint8Array): T | undefined => {
  const decoded = decodeCbor(bytes);
  return decoded.ok ? readWire(schema, decoded.value) : undefined;
};
