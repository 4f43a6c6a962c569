/** Published vectors, from the folder that MAYFLY_VECTORS names, read without trust in shapes. */
import { assert } from "../../../protocol/errors.ts";

const folder = Bun.env["MAYFLY_VECTORS"] ?? "";

/** Whether tests over published vectors must be skipped. */
export const hasNoVectors = folder === "";

/** A file of the folder as text. */
export const readVectorText = (name: string): Promise<string> =>
  Bun.file(`${folder}/${name}`).text();

/** A file of the folder as JSON. */
export const readVectors = async (name: string): Promise<unknown> =>
  JSON.parse(await readVectorText(name));

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

/** A field of an object. */
export const field = (value: unknown, name: string): unknown => {
  assert(isRecord(value), `an object with ${name}`);
  return value[name];
};

/** An array. */
export const listOf = (value: unknown): readonly unknown[] => {
  assert(Array.isArray(value), "an array");
  return value;
};

/** A text. */
export const textOf = (value: unknown): string => {
  assert(typeof value === "string", "a text");
  return value;
};

/** A text field of an object. */
export const textField = (value: unknown, name: string): string => textOf(field(value, name));

/** A field of hexadecimal digits. */
export const bytesField = (value: unknown, name: string): Uint8Array =>
  Uint8Array.fromHex(textField(value, name));

/** A Wycheproof test with its group. */
export interface WycheproofCase {
  readonly group: unknown;
  readonly entry: unknown;
  readonly result: string;
  readonly label: string;
}

/** All tests of a Wycheproof file. */
export const readWycheproof = async (name: string): Promise<readonly WycheproofCase[]> =>
  listOf(field(await readVectors(`wycheproof-${name}.json`), "testGroups")).flatMap((group) =>
    listOf(field(group, "tests")).map((entry) => ({
      group,
      entry,
      result: textField(entry, "result"),
      label: `${name} ${String(field(entry, "tcId"))}: ${textField(entry, "comment")}`,
    })),
  );
