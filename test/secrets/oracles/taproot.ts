/** BIP-341's key path by `@noble/curves`: the tweak, the output key, and the key that signs. */
import { schnorr, secp256k1 } from "@noble/curves/secp256k1.js";

const { lift_x: liftX, taggedHash, pointToBytes } = schnorr.utils;
const { Fn } = secp256k1.Point;

const numberOf = (bytes: Uint8Array): bigint => BigInt(`0x${bytes.toHex()}`);

/** The output key of an internal key (32 bytes, x-only) and the tweak that leads to it. */
export const taprootOf = (
  internalKey: Uint8Array,
  merkleRoot: Uint8Array = new Uint8Array(0),
): { readonly tweak: Uint8Array; readonly outputKey: Uint8Array } => {
  const tweak = taggedHash("TapTweak", internalKey, merkleRoot);
  const point = liftX(numberOf(internalKey));
  const sum = point.add(secp256k1.Point.BASE.multiply(Fn.create(numberOf(tweak))));
  return { tweak, outputKey: pointToBytes(sum) };
};

/** The secret key that signs for the output key. */
export const tweakedKey = (secretKey: Uint8Array, tweak: Uint8Array): Uint8Array => {
  const isOdd = secp256k1.getPublicKey(secretKey)[0] === 3;
  const key = numberOf(secretKey);
  return Fn.toBytes(Fn.create((isOdd ? -key : key) + numberOf(tweak)));
};
