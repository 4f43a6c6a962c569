/**
 * A signature as it stands in a witness: strict DER and a sighash byte. Sources: BIP-66 ("DER
 * encoding reference"), BIP-146 ("LOW_S"). Verification is @noble/curves'.
 */

import { secp256k1 } from "@noble/curves/secp256k1.js";
import { attempt } from "../attempt.ts";

/** A signature: r and s as 64 bytes, big-endian; its sighash byte; whether s is low. */
export interface WitnessSignature {
  readonly compact: Uint8Array;
  readonly sighash: number;
  readonly isLowS: boolean;
}

const SEQUENCE = 0x30;
const INTEGER = 0x02;
const SCALAR_LENGTH = 32;
const HALF_ORDER = secp256k1.Point.Fn.ORDER / 2n;

interface Integer {
  readonly value: Uint8Array;
  readonly end: number;
}

// A DER integer: positive, and with a leading zero only where the next bit would be a sign.
const readInteger = (bytes: Uint8Array, start: number): Integer | undefined => {
  const length = bytes[start + 1] ?? 0;
  const end = start + 2 + length;
  if (bytes[start] !== INTEGER || length === 0 || end > bytes.length) return undefined;
  const [first = 0, second = 0] = bytes.subarray(start + 2, end);
  if (first >= 0x80) return undefined;
  if (first === 0 && length > 1 && second < 0x80) return undefined;
  const value = bytes.subarray(start + 2 + (first === 0 ? 1 : 0), end);
  return value.length > SCALAR_LENGTH ? undefined : { value, end };
};

const isLow = (scalar: Uint8Array): boolean =>
  scalar.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n) <= HALF_ORDER;

/** Reads DER and the byte after it; `undefined` where the encoding is not the strict one. */
export const parseSignature = (item: Uint8Array): WitnessSignature | undefined => {
  const der = item.subarray(0, -1);
  if (der[0] !== SEQUENCE || der[1] !== der.length - 2) return undefined;
  const r = readInteger(der, 2);
  const s = r === undefined ? undefined : readInteger(der, r.end);
  if (r === undefined || s === undefined || s.end !== der.length) return undefined;
  const compact = new Uint8Array(2 * SCALAR_LENGTH);
  compact.set(r.value, SCALAR_LENGTH - r.value.length);
  compact.set(s.value, 2 * SCALAR_LENGTH - s.value.length);
  return { compact, sighash: item.at(-1) ?? 0, isLowS: isLow(s.value) };
};

/** Whether a key made the signature over the digest; a high s does not matter here. */
export const isSignedBy = (
  { compact }: WitnessSignature,
  digest: Uint8Array,
  publicKey: Uint8Array,
): boolean =>
  attempt(() => secp256k1.verify(compact, digest, publicKey, { prehash: false, lowS: false })) ===
  true;
