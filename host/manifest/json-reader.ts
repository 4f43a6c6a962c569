/**
 * Reads the JSON that an author writes as a schema's value: bytes are lower-case hex, members have
 * the schema's names. Everything that is wrong is told, not only the first.
 */
import type { Form, MemberForm } from "../../protocol/cbor/form.ts";
import type { Schema } from "../../protocol/cbor/schema.ts";
import { MOST_PROBLEMS, type Problem, problem, step } from "./problem.ts";

/** A value, or why there is none. */
export type Reading<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly Problem[] };

type Tell = (pointer: string, means: string) => void;

const HEX = /^(?:[0-9a-f]{2})*$/;

const readBytes = (
  { minimum, maximum }: Extract<Form, { kind: "bytes" }>,
  value: unknown,
  pointer: string,
  tell: Tell,
): unknown => {
  const size = minimum === maximum ? `${minimum}` : `${minimum} to ${maximum}`;
  if (typeof value !== "string" || !HEX.test(value)) {
    tell(pointer, `This must be ${size} bytes in lower-case hex.`);
    return undefined;
  }
  const bytes = Uint8Array.fromHex(value);
  const fits = bytes.length >= minimum && bytes.length <= maximum;
  if (!fits) tell(pointer, `This must have ${size} bytes, and has ${bytes.length}.`);
  return bytes;
};

const readUint = (maximum: number, value: unknown, pointer: string, tell: Tell): unknown => {
  const fits =
    typeof value === "number" && Number.isSafeInteger(value) && value >= 0 && value <= maximum;
  if (!fits) tell(pointer, `This must be a whole number from 0 to ${maximum}.`);
  return value;
};

const readText = (maximum: number, value: unknown, pointer: string, tell: Tell): unknown => {
  if (typeof value !== "string") {
    tell(pointer, "This must be text.");
    return undefined;
  }
  if (Buffer.byteLength(value) > maximum) tell(pointer, `This text exceeds ${maximum} bytes.`);
  else if (!value.isWellFormed() || value.startsWith("\u{feff}")) {
    tell(pointer, "This text is not plain UTF-8.");
  }
  return value;
};

const readList = (
  { item, maximum }: Extract<Form, { kind: "list" }>,
  value: unknown,
  pointer: string,
  tell: Tell,
): unknown => {
  if (!Array.isArray(value)) {
    tell(pointer, "This must be a list.");
    return undefined;
  }
  if (value.length > maximum) {
    tell(pointer, `This list has ${value.length} items, and may have ${maximum}.`);
    return undefined;
  }
  return value.map((one: unknown, i) => read(item, one, `${pointer}${step(i)}`, tell));
};

const readMap = (
  members: readonly MemberForm[],
  value: unknown,
  pointer: string,
  tell: Tell,
): unknown => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    tell(pointer, "This must be an object.");
    return undefined;
  }
  const given = new Map<string, unknown>(Object.entries(value));
  for (const name of given.keys()) {
    const isKnown = members.some((member) => member.name === name);
    if (!isKnown) tell(`${pointer}${step(name)}`, "Nothing has this name here.");
  }
  const found = members.flatMap(({ name, isOptional, form }): readonly [string, unknown][] => {
    const place = `${pointer}${step(name)}`;
    if (given.has(name)) return [[name, read(form, given.get(name), place, tell)]];
    if (!isOptional) tell(place, "This is missing.");
    return [];
  });
  return Object.fromEntries(found);
};

const read = (form: Form, value: unknown, pointer: string, tell: Tell): unknown => {
  switch (form.kind) {
    case "uint":
      return readUint(form.maximum, value, pointer, tell);
    case "text":
      return readText(form.maximum, value, pointer, tell);
    case "bytes":
      return readBytes(form, value, pointer, tell);
    case "choice":
      if (typeof value !== "string" || !form.values.includes(value)) {
        tell(pointer, `This must be one of ${form.values.join(", ")}.`);
      }
      return value;
    case "bool":
      if (typeof value !== "boolean") tell(pointer, "This must be true or false.");
      return value;
    case "list":
      return readList(form, value, pointer, tell);
    case "map":
      return readMap(form.members, value, pointer, tell);
    case "other":
      tell(pointer, "This cannot be written in JSON.");
      return undefined;
  }
};

/** Reads a JSON value as the schema says. */
export const readJsonAs = <T>(schema: Schema<T>, json: unknown): Reading<T> => {
  const problems: Problem[] = [];
  const value = read(schema.form, json, "", (pointer, means) => {
    if (problems.length < MOST_PROBLEMS) problems.push(problem(pointer, means));
  });
  if (problems.length > 0) return { ok: false, problems };
  return schema.check(value)
    ? { ok: true, value }
    : { ok: false, problems: [problem("", "This does not fit the schema.")] };
};
