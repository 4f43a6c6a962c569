/** What a JSON file of an identity holds, read without trust in its shape. */

/** The value of a JSON text; `undefined` where it is none. */
export const readJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // no JSON value is `undefined`
  }
};

/** An object's members, by name. */
export type Members = ReadonlyMap<string, unknown>;

/** The members of a JSON object; `undefined` for any other value. */
export const membersOf = (value: unknown): Members | undefined =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? new Map(Object.entries(value))
    : undefined;

/** So many bytes from lower-case hex; `undefined` for anything else. */
export const bytesOf = (value: unknown, length: number): Uint8Array | undefined =>
  typeof value === "string" && value.length === 2 * length && /^[0-9a-f]*$/.test(value)
    ? Uint8Array.from(Buffer.from(value, "hex"))
    : undefined;

/** Lower-case hex. */
export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
