/** A refusal's details on the wire: a flat list of names and values, cut to their limits. */
import type { Details } from "../errors.ts";
import { LIMITS } from "../limits.ts";

/** As much of a text as fits, in whole characters. */
const shorten = (text: string): string => {
  const fit = new TextEncoder().encodeInto(text, new Uint8Array(LIMITS.detailText));
  return text.slice(0, fit.read);
};

/** A detail as the wire can carry it: numbers that are not unsigned integers go as text. */
const detailOf = (value: string | number): string | number =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0
    ? value
    : shorten(
        String(value)
          .toWellFormed()
          .replace(/^\u{feff}+/u, ""),
      );

/** Names and values in turn; what exceeds a limit is cut off. */
export const flatten = (details: Details): readonly (string | number)[] =>
  Object.entries(details)
    .slice(0, LIMITS.detailItems / 2)
    .flatMap(([name, value]) => [detailOf(name), detailOf(value)]);

/** The inverse; a name without its value is dropped. */
export const unflatten = (items: readonly (string | number)[]): Details =>
  Object.fromEntries(
    items.flatMap((name, i) => {
      const value = items[i + 1];
      return i % 2 === 0 && value !== undefined ? [[String(name), value]] : [];
    }),
  );
