/** Writes a schema's value as the JSON that its reader takes, and the JSON Schema of that. */
import type { Form } from "../../protocol/cbor/form.ts";
import type { Schema } from "../../protocol/cbor/schema.ts";

/** Bytes as hex, everything else as it is; members stand in the schema's order. */
const write = (form: Form, value: unknown): unknown => {
  if (value instanceof Uint8Array) return value.toHex();
  if (form.kind === "list" && Array.isArray(value)) {
    return value.map((one: unknown) => write(form.item, one));
  }
  if (form.kind !== "map" || typeof value !== "object" || value === null) return value;
  const given = new Map<string, unknown>(Object.entries(value));
  return Object.fromEntries(
    form.members
      .filter(({ name }) => given.has(name))
      .map(({ name, form: member }) => [name, write(member, given.get(name))]),
  );
};

/** The JSON value. */
export const jsonOf = <T>(schema: Schema<T>, value: T): unknown => write(schema.form, value);

const hexPattern = (minimum: number, maximum: number): string =>
  `^(?:[0-9a-f]{2}){${minimum === maximum ? minimum : `${minimum},${maximum}`}}$`;

type JsonSchema = Readonly<Record<string, unknown>>;

const describe = (form: Form): JsonSchema => {
  switch (form.kind) {
    case "uint":
      return { type: "integer", minimum: 0, maximum: form.maximum };
    case "bool":
      return { type: "boolean" };
    case "text":
      return { type: "string", maxLength: form.maximum };
    case "bytes":
      return { type: "string", pattern: hexPattern(form.minimum, form.maximum) };
    case "choice":
      return { enum: form.values };
    case "list":
      return {
        type: "array",
        maxItems: form.maximum,
        uniqueItems: form.isSet,
        items: describe(form.item),
      };
    case "map":
      return {
        type: "object",
        additionalProperties: false,
        required: form.members.filter(({ isOptional }) => !isOptional).map(({ name }) => name),
        properties: Object.fromEntries(
          form.members.map(({ name, says, form: member }) => [
            name,
            { ...(says === undefined ? {} : { description: says }), ...describe(member) },
          ]),
        ),
      };
    case "other":
      return {};
  }
};

/** The JSON Schema (draft 2020-12) of the JSON that `readJsonAs` takes. */
export const jsonSchemaOf = (schema: Schema<unknown>, title: string): JsonSchema => ({
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title,
  ...describe(schema.form),
});
