/** Looking for a secret wherever bytes or text may have gone: raw, in hex and in base64. */

/** A secret by name. */
export interface KnownSecret {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What of a secret is as good as all of it, in bytes. */
const PIECE = 16;

const piecesOf = (bytes: Uint8Array): readonly Uint8Array[] =>
  Array.from({ length: Math.max(1, bytes.length - PIECE + 1) }, (_, start) =>
    bytes.slice(start, start + PIECE),
  );

/** The base64 of a piece at each of the three places it may have in a longer text. */
const base64Of = (piece: Uint8Array): readonly string[] =>
  [0, 1, 2].map((shift) => {
    const text = Buffer.concat([new Uint8Array(shift), piece]).toString("base64");
    return text.slice(shift === 0 ? 0 : 4, -4);
  });

const formsOf = (piece: Uint8Array): readonly string[] => {
  const hex = Buffer.from(piece).toString("hex");
  const base64 = base64Of(piece);
  const url = base64.map((text) => text.replaceAll("+", "-").replaceAll("/", "_"));
  return [hex, hex.toUpperCase(), ...base64, ...url, piece.join(",")];
};

/** Names of the secrets that stand in the bytes, as they are or written out as text. */
export const findSecrets = (
  haystack: Uint8Array,
  secrets: readonly KnownSecret[],
): readonly string[] => {
  const buffer = Buffer.from(haystack);
  const text = buffer.toString("latin1");
  return secrets
    .filter(({ bytes }) =>
      piecesOf(bytes).some(
        (piece) =>
          buffer.includes(piece) ||
          formsOf(piece).some((form) => form !== "" && text.includes(form)),
      ),
    )
    .map(({ name }) => name);
};

/** The same for text. */
export const findSecretsInText = (
  text: string,
  secrets: readonly KnownSecret[],
): readonly string[] => findSecrets(new TextEncoder().encode(text), secrets);
