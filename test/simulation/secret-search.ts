/** The search for secrets in all that a run has said: raw, in hex and, in text, in base64. */
import { KNOWN_SECRETS } from "./known-secrets.ts";
import { PRIVATE_KEYS } from "./payments.ts";

/** What of a secret is as good as all of it, in bytes. */
const PIECE = 16;

/** The forms that a secret may have, each of them enough to know it. */
const formsOf = (bytes: Uint8Array): readonly Buffer[] => {
  const pieces = [bytes.subarray(0, PIECE), bytes.subarray(-PIECE)];
  return pieces.flatMap((piece) => {
    const hex = piece.toHex();
    return [Buffer.from(piece), Buffer.from(hex), Buffer.from(hex.toUpperCase())];
  });
};

const base64Of = (bytes: Uint8Array): Buffer =>
  Buffer.from(Buffer.from(bytes).toString("base64").slice(0, 20));

const FORMS: readonly (readonly [string, readonly Buffer[]])[] = [
  ...KNOWN_SECRETS,
  ...PRIVATE_KEYS,
].map(([name, bytes]) => [name, [...formsOf(bytes), base64Of(bytes)]]);

/** Names of the secrets that stand in the bytes; `words` are those of pairing codes. */
export const secretsIn = (
  said: readonly Uint8Array[],
  words: readonly (readonly string[])[],
): readonly string[] => {
  const all = Buffer.concat(said);
  const found = FORMS.filter(([, forms]) => forms.some((form) => all.includes(form)));
  const codes = words.filter((code) => all.includes(code.slice(0, 4).join(" ")));
  return [...found.map(([name]) => name), ...codes.map(() => "pairing words")];
};
