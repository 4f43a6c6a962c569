/** ECDSA signatures as transactions carry them: DER, in BIP-66's strict form. */
import { assert } from "../../protocol/errors.ts";
import { concatBytes } from "./bytes.ts";

const COMPACT_BYTES = 64;
const SEQUENCE = 0x30;
const INTEGER = 0x02;

/** A positive number without leading zeros, but for one where its first bit would be a sign. */
const encodeInteger = (number: Uint8Array): Uint8Array => {
  const start = number.findIndex((byte) => byte !== 0);
  assert(start >= 0, "no half of a signature is zero");
  const digits = number.subarray(start);
  const sign = (digits[0] ?? 0) >= 0x80 ? [0] : [];
  return Uint8Array.of(INTEGER, digits.length + sign.length, ...sign, ...digits);
};

/** A signature of 64 bytes (r, s) of our own making as DER, 8 to 72 bytes, no sighash type. */
export const encodeDer = (compact: Uint8Array): Uint8Array => {
  assert(compact.length === COMPACT_BYTES, "a compact signature has 64 bytes");
  const body = concatBytes(
    encodeInteger(compact.subarray(0, COMPACT_BYTES / 2)),
    encodeInteger(compact.subarray(COMPACT_BYTES / 2)),
  );
  return concatBytes(Uint8Array.of(SEQUENCE, body.length), body);
};
