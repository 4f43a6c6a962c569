/** JSON that somebody else wrote, looked at without belief. */

/** An object of JSON. */
export type Fields = Readonly<Record<string, unknown>>;

/** Whether it is an object and no list. */
export const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Whether it is a list of texts. */
export const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((one) => typeof one === "string");

/** One of these texts. */
export const oneOf = <const T extends string>(all: readonly T[], value: unknown): T | undefined =>
  all.find((one) => one === value);

/** A line of JSON that is an object; `undefined` where it is not. */
export const parseFields = (line: string): Fields | undefined => {
  try {
    const value: unknown = JSON.parse(line);
    return isFields(value) ? value : undefined;
  } catch {
    return undefined; // a line that is no JSON says nothing
  }
};
