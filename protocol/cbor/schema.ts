/**
 * A wire shape, described once: it checks, converts between names and wire keys, types itself and
 * prints itself as CDDL (RFC 8610). Maps travel with integer keys 0..23; code sees names.
 */
import { LIMITS } from "../limits.ts";
import { type Form, type MemberForm, OTHER } from "./form.ts";

/** A shape of values of type `T`. */
export interface Schema<T> {
  readonly cddl: string;
  readonly form: Form;
  readonly check: (value: unknown) => value is T;
  /** From a checked value to what is encoded. */
  readonly toWire: (value: unknown) => unknown;
  /** From what was decoded to a value still to be checked; `undefined` where it has no meaning. */
  readonly fromWire: (wire: unknown) => unknown;
}

/** The type that a schema describes. */
export type Infer<S> = S extends Schema<infer T> ? T : never;

/** A member of a map: its wire key, its shape and whether it may be absent. */
export interface Field<T, O extends boolean> {
  readonly key: number;
  readonly schema: Schema<T>;
  readonly optional: O;
  /** For who writes it by hand, where the name does not say enough. */
  readonly says?: string;
  /** Logs and transcripts do not tell it. */
  readonly isSecret?: boolean;
}

type Fields = Readonly<Record<string, Field<unknown, boolean>>>;
type Name<F extends Fields, O extends boolean> = {
  [K in keyof F]: F[K]["optional"] extends O ? K : never;
}[keyof F];
type FieldType<X> = X extends Field<infer T, boolean> ? T : never;
type Shape<F extends Fields> = { readonly [K in Name<F, false>]: FieldType<F[K]> } & {
  readonly [K in Name<F, true>]?: FieldType<F[K]>;
};

const same = (value: unknown): unknown => value;
const scalar = <T>(cddl: string, form: Form, check: (value: unknown) => value is T): Schema<T> => ({
  cddl,
  form,
  check,
  toWire: same,
  fromWire: same,
});

/** A required member under wire key `key`. */
export const field = <T>(key: number, schema: Schema<T>, says?: string): Field<T, false> => ({
  key,
  schema,
  optional: false,
  ...(says === undefined ? {} : { says }),
});

/** A member that may be absent. */
export const optional = <T>(key: number, schema: Schema<T>, says?: string): Field<T, true> => ({
  key,
  schema,
  optional: true,
  ...(says === undefined ? {} : { says }),
});

/** The same member, of which logs and transcripts tell no more than its length. */
export const secret = <T, O extends boolean>(one: Field<T, O>): Field<T, O> => ({
  ...one,
  isSecret: true,
});

/** An unsigned integer up to `maximum`. */
export const uint = (maximum: number = Number.MAX_SAFE_INTEGER): Schema<number> =>
  scalar(
    `0..${maximum}`,
    { kind: "uint", maximum },
    (value): value is number =>
      typeof value === "number" && Number.isSafeInteger(value) && value >= 0 && value <= maximum,
  );

/** A truth value. */
export const bool = (): Schema<boolean> =>
  scalar("bool", { kind: "bool" }, (value): value is boolean => typeof value === "boolean");

/** What UTF-8 can carry: no half of a surrogate pair, and no byte order mark at the beginning. */
const isPlainText = (value: string): boolean =>
  value.isWellFormed() && !value.startsWith("\u{feff}");

/** UTF-8 text of at most `maximum` bytes; no byte order mark begins it. */
export const text = (maximum: number): Schema<string> =>
  scalar(
    `tstr .size (0..${maximum})`,
    { kind: "text", maximum },
    (value): value is string =>
      typeof value === "string" &&
      value.length <= maximum &&
      isPlainText(value) &&
      new TextEncoder().encode(value).length <= maximum,
  );

/** A byte string of `minimum` to `maximum` bytes. */
export const bytes = (minimum: number, maximum: number = minimum): Schema<Uint8Array> =>
  scalar(
    minimum === maximum ? `bstr .size ${minimum}` : `bstr .size (${minimum}..${maximum})`,
    { kind: "bytes", minimum, maximum },
    (value): value is Uint8Array =>
      value instanceof Uint8Array && value.length >= minimum && value.length <= maximum,
  );

/** One of the given texts. */
export const choice = <const V extends readonly string[]>(...values: V): Schema<V[number]> =>
  scalar(
    values.map((value) => JSON.stringify(value)).join(" / "),
    { kind: "choice", values },
    (value): value is V[number] => typeof value === "string" && values.includes(value),
  );

/** Text or an unsigned integer. */
export const textOrUint = (maximum: number): Schema<string | number> => {
  const [number, string] = [uint(), text(maximum)];
  return scalar(
    `(${number.cddl} / ${string.cddl})`,
    OTHER,
    (value): value is string | number => number.check(value) || string.check(value),
  );
};

/** A list of at most `maximum` items. */
export const list = <T>(item: Schema<T>, maximum: number): Schema<readonly T[]> => ({
  cddl: `[0*${maximum} ${item.cddl}]`,
  form: { kind: "list", item: item.form, maximum, isSet: false },
  check: (value): value is readonly T[] =>
    Array.isArray(value) &&
    value.length <= maximum &&
    value.findIndex((one) => !item.check(one)) === -1, // unlike `every` it sees holes
  toWire: (value) => (Array.isArray(value) ? value.map((one) => item.toWire(one)) : undefined),
  fromWire: (wire) =>
    Array.isArray(wire) && wire.length <= maximum
      ? wire.map((one) => item.fromWire(one))
      : undefined,
});

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof Uint8Array) &&
  !(value instanceof Map);

const fitsFields = (value: Readonly<Record<string, unknown>>, fields: Fields): boolean =>
  Object.keys(value).every((name) => Object.hasOwn(fields, name)) &&
  Object.entries(fields).every(([name, one]) =>
    Object.hasOwn(value, name) ? one.schema.check(value[name]) : one.optional,
  );

const namesOf = (wire: ReadonlyMap<unknown, unknown>, fields: Fields, isOpen: boolean): unknown => {
  const named = Object.entries(fields).filter(([, one]) => wire.has(one.key));
  if (named.length !== wire.size && !isOpen) return undefined;
  return Object.fromEntries(
    named.map(([name, one]) => [name, one.schema.fromWire(wire.get(one.key))]),
  );
};

const keysOf = (value: Readonly<Record<string, unknown>>, fields: Fields): Map<number, unknown> =>
  new Map(
    Object.entries(fields)
      .filter(([name]) => Object.hasOwn(value, name))
      .toSorted(([, a], [, b]) => a.key - b.key)
      .map(([name, one]) => [one.key, one.schema.toWire(value[name])]),
  );

const assertKeys = (fields: Fields): void => {
  const keys = Object.values(fields).map((one) => one.key);
  const fit = keys.every((key) => Number.isInteger(key) && key >= 0 && key <= LIMITS.cborMapKey);
  if (!fit || new Set(keys).size !== keys.length) throw new Error("broken invariant: wire keys");
};

const memberForm = ([name, one]: readonly [string, Field<unknown, boolean>]): MemberForm => ({
  key: one.key,
  name,
  isOptional: one.optional,
  form: one.schema.form,
  ...(one.says === undefined ? {} : { says: one.says }),
  ...(one.isSecret === true ? { isSecret: true } : {}),
});

/**
 * A map of named members. Members it does not describe are refused, or, where it is `open` to
 * those of a later version, ignored in what is read.
 */
export const map = <F extends Fields>(
  fields: F,
  others: "closed" | "open" = "closed",
): Schema<Shape<F>> => {
  assertKeys(fields);
  const members = Object.entries(fields).map(
    ([name, one]) => `${one.optional ? "? " : ""}${one.key}: ${one.schema.cddl} ; ${name}`,
  );
  return {
    form: { kind: "map", members: Object.entries(fields).map(memberForm) },
    cddl: members.length === 0 ? "{}" : `{\n  ${members.join("\n  ")}\n}`,
    check: (value): value is Shape<F> => isRecord(value) && fitsFields(value, fields),
    toWire: (value) => (isRecord(value) ? keysOf(value, fields) : undefined),
    fromWire: (wire) =>
      wire instanceof Map ? namesOf(wire, fields, others === "open") : undefined,
  };
};

/** Reads a decoded value as `schema` describes it; `undefined` where it does not fit. */
export const readWire = <T>(schema: Schema<T>, wire: unknown): T | undefined => {
  const value = schema.fromWire(wire);
  return schema.check(value) ? value : undefined;
};
