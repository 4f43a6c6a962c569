/** Strict DER of ECDSA signatures (BIP-66): Wycheproof writes them so, Mayfly has none. */

/** A positive integer in its shortest form, and what follows it. */
const integerAt = (der: Uint8Array): readonly [Uint8Array, Uint8Array] | undefined => {
  const [tag, length = 0, first = 0, second = 0] = der;
  if (tag !== 2 || length < 1 || length > 33 || der.length < 2 + length) return undefined;
  const isPadded = length > 1 && first === 0 && second < 0x80;
  if (first >= 0x80 || isPadded) return undefined;
  const digits = der.slice(2, 2 + length);
  const bare = digits.length === 33 ? digits.slice(1) : digits;
  const padded = new Uint8Array(32);
  padded.set(bare, 32 - bare.length);
  return digits.length === 33 && first !== 0 ? undefined : [padded, der.slice(2 + length)];
};

/** r and s, 32 bytes each; `undefined` for any other encoding. */
export const compactOf = (der: Uint8Array): Uint8Array | undefined => {
  const [tag, length] = der;
  if (tag !== 0x30 || length !== der.length - 2) return undefined;
  const r = integerAt(der.slice(2));
  const s = r && integerAt(r[1]);
  if (r === undefined || s === undefined || s[1].length > 0) return undefined;
  return new Uint8Array([...r[0], ...s[0]]);
};
