/** Secrets as text: hexadecimal digits in strings of 8 and 16 bits, and base64. */
import type { Image } from "./image.ts";

const ascii = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "latin1"));
const wide = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "utf16le"));

/** Two digits tell a byte. */
const hexImages = (name: string, digits: string): readonly Image[] => [
  { form: name, bytes: ascii(digits), step: 2, toldBytes: 4 },
  { form: `UTF-16 ${name}`, bytes: wide(digits), step: 4, toldBytes: 2 },
];

/** Digits at the front that a secret shares with what comes before it, by its place modulo 3. */
const SHARED_DIGITS = [0, 2, 3] as const;

/** The digits that are the secret's alone where it begins `place` bytes after a group of three. */
const base64At = (bytes: Uint8Array, place: number): string => {
  const text = Buffer.concat([new Uint8Array(place), bytes])
    .toString("base64")
    .replaceAll("=", "");
  const isWhole = (place + bytes.length) % 3 === 0;
  return text.slice(SHARED_DIGITS[place], isWhole ? undefined : -1);
};

const base64Images = (bytes: Uint8Array, place: number): readonly Image[] => {
  const text = base64At(bytes, place);
  const url = text.replaceAll("+", "-").replaceAll("/", "_");
  return [
    { form: `base64 at ${place}`, bytes: ascii(text), step: 2, toldBytes: 6 },
    { form: `base64url at ${place}`, bytes: ascii(url), step: 2, toldBytes: 6 },
  ];
};

/** All texts of a secret. */
export const textForms = (bytes: Uint8Array): readonly Image[] => [
  ...hexImages("hex", bytes.toHex()),
  ...hexImages("upper-case hex", bytes.toHex().toUpperCase()),
  ...[0, 1, 2].flatMap((place) => base64Images(bytes, place)),
];
