/** Numbers as curve libraries hold them: limbs of fewer bits than a word has, least first. */
import { secp256k1 } from "@noble/curves/secp256k1.js";
import type { Image } from "./image.ts";

const LIMB_BYTES = 8;

const { Fn } = secp256k1.Point;

/** A number of big-endian bytes. */
export const readNumber = (bytes: Uint8Array): bigint => BigInt(`0x0${bytes.toHex()}`);

/** 32 bytes, big-endian. */
export const writeNumber = (number: bigint): Uint8Array =>
  Uint8Array.fromHex(number.toString(16).padStart(64, "0"));

/** Five limbs of so many bits, each in a little-endian word of 64. */
const limbsOf = (form: string, number: bigint, bits: number): Image => {
  const words = new DataView(new ArrayBuffer(5 * LIMB_BYTES));
  for (let i = 0; i < 5; i += 1) {
    const limb = BigInt.asUintN(bits, number >> BigInt(i * bits));
    words.setBigUint64(i * LIMB_BYTES, limb, true);
  }
  const bytes = new Uint8Array(words.buffer);
  return { form, bytes, step: LIMB_BYTES, toldBytes: Math.floor(bits / 8) };
};

/**
 * A scalar in libsecp256k1's limbs: 52 bits as in its field elements, 62 as in its modular
 * inverses (`secp256k1_modinv64_signed62`, before the first step).
 */
export const secp256k1Limbs = (scalar: Uint8Array, prefix = ""): readonly Image[] => [
  limbsOf(`${prefix}52-bit limbs`, readNumber(scalar), 52),
  limbsOf(`${prefix}62-bit limbs`, readNumber(scalar), 62),
];

/** A little-endian number in the limbs of Curve25519's field: 51 bits. */
export const curve25519Limbs = (bytes: Uint8Array, prefix = ""): readonly Image[] => [
  limbsOf(`${prefix}51-bit limbs`, readNumber(bytes.toReversed()), 51),
];

/** An X25519 secret as it is used (RFC 7748, section 5). */
export const clampKey = (secret: Uint8Array): Uint8Array =>
  secret.map((byte, i) => {
    if (i === 0) return byte & 248;
    return i === 31 ? (byte & 127) | 64 : byte;
  });

/** Whether 32 big-endian bytes are a private key of secp256k1. */
export const isScalar = (bytes: Uint8Array): boolean =>
  bytes.length === 32 && Fn.isValidNot0(readNumber(bytes));

/** The scalar that makes zero with this one. */
export const negate = (scalar: Uint8Array): Uint8Array => writeNumber(Fn.neg(readNumber(scalar)));

/** The scalar that makes one with this one. */
export const invert = (scalar: Uint8Array): Uint8Array => writeNumber(Fn.inv(readNumber(scalar)));
