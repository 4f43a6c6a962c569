/**
 * The names in a request: what a request and a user may be called, and when two names are one.
 * What Unicode calls confusable across alphabets (a Cyrillic "е" in "eve") stays apart: only who
 * hands out user names can rule that out, by keeping to one alphabet.
 */

import { fail, type Outcome, ok } from "../../protocol/errors.ts";
import { CONTROL_LIMITS } from "./limits.ts";

type Parsed<T> = Outcome<T, "request_malformed">;

const PRINTABLE_ASCII = /^[!-~]+$/;
// Names reach terminals and logs: an escape sequence in one could rewrite what people read there.
// What is never drawn (variation selectors, fillers) would make two users who look like one.
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/u;
const LOOSE_SPACE = /^\s|\s$|[^\S ]|\s\s/u;

const refuse = (why: string) => fail("request_malformed", { why });

const readText = (field: "id" | "user", value: unknown): Parsed<string> => {
  if (typeof value !== "string") return refuse(`The field ${field} is not a string.`);
  if (value.trim() === "") return refuse(`The field ${field} is empty.`);
  return value.length > CONTROL_LIMITS.nameLength
    ? refuse(`The field ${field} is longer than ${CONTROL_LIMITS.nameLength} characters.`)
    : ok(value);
};

/** Reads a request's id: 1 to 64 printable ASCII characters, none of them a space. */
export const readId = (value: unknown): Parsed<string> => {
  const text = readText("id", value);
  return !text.ok || PRINTABLE_ASCII.test(text.value)
    ? text
    : refuse("The field id has characters other than printable ASCII, or spaces.");
};

/**
 * Reads a user's name: 1 to 64 UTF-16 units of printable Unicode in NFC, with single U+0020 inside
 * and no other white space.
 */
export const readUser = (value: unknown): Parsed<string> => {
  const text = readText("user", value);
  if (!text.ok) return text;
  if (UNPRINTABLE.test(text.value)) return refuse("The field user has unprintable characters.");
  if (LOOSE_SPACE.test(text.value)) {
    return refuse("The field user has white space other than single spaces between words.");
  }
  return text.value === text.value.normalize("NFC")
    ? text
    : refuse("The field user is not in Unicode's normalization form C.");
};

/** What two spellings of one id have in common: ids differ by more than case. */
export const keyOfId = (id: string): string => id.toLowerCase();

/**
 * What the spellings of one user have in common: NFKC in lower case, with white space as
 * `readUser` wants it. Letters that look alike in two alphabets give two keys.
 */
export const keyOfUser = (user: string): string =>
  // By way of upper case, in which "ς" and "σ", "ß" and "ss" are one.
  user.normalize("NFKC").trim().replaceAll(/\s+/gu, " ").toUpperCase().toLowerCase();
