/** Params and results as people read them, and without what is nobody's business. */
import { decodeCbor } from "../../../../protocol/cbor/cbor.ts";
import { type Form, OTHER } from "../../../../protocol/cbor/form.ts";

const isPlainObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A secret's length is all that is kept: zeros for bytes and numbers, stars for text. */
const blank = (value: unknown): unknown => {
  if (value instanceof Uint8Array) return new Uint8Array(value.length);
  if (typeof value === "string") return "*".repeat(value.length);
  return 0;
};

/** A value in wire form with its secret members blanked. */
export const withoutSecrets = (form: Form, wire: unknown): unknown => {
  if (form.kind === "list" && Array.isArray(wire)) {
    return wire.map((one) => withoutSecrets(form.item, one));
  }
  if (form.kind !== "map" || !(wire instanceof Map)) return wire;
  const entries = [...wire].map(([key, value]: [unknown, unknown]): [unknown, unknown] => {
    const member = form.members.find((one) => one.key === key);
    if (member === undefined) return [key, value];
    return [key, member.isSecret === true ? blank(value) : withoutSecrets(member.form, value)];
  });
  return new Map(entries);
};

const REDACTED = "(not told)";

/** Bytes in hex and members by their names: what JSON can say. */
const readable = (form: Form, wire: unknown): unknown => {
  if (wire instanceof Uint8Array) return wire.toHex();
  if (Array.isArray(wire)) {
    const item = form.kind === "list" ? form.item : OTHER;
    return wire.map((one) => readable(item, one));
  }
  if (!(wire instanceof Map)) return wire;
  const members = form.kind === "map" ? form.members : [];
  const entries = [...wire].map(([key, value]: [unknown, unknown]): [string, unknown] => {
    const member = members.find((one) => one.key === key);
    const name = member?.name ?? String(key);
    return [name, member?.isSecret === true ? REDACTED : readable(member?.form ?? OTHER, value)];
  });
  return Object.fromEntries(entries);
};

/** A value of that form, from its CBOR. */
export const readableOf = (form: Form, cbor: Uint8Array): unknown => {
  const decoded = decodeCbor(cbor);
  return decoded.ok ? readable(form, decoded.value) : `no CBOR: ${cbor.toHex()}`;
};

/** Each leaf of a value beside the names that lead to it. */
export const leavesOf = (value: unknown, path = ""): readonly (readonly [string, string])[] => {
  const inner = (key: string | number): string => (path === "" ? `${key}` : `${path}.${key}`);
  if (Array.isArray(value)) return value.flatMap((one, i) => leavesOf(one, inner(i)));
  if (isPlainObject(value)) {
    return Object.entries(value).flatMap(([key, one]) => leavesOf(one, inner(key)));
  }
  return [[path, String(value)]];
};
