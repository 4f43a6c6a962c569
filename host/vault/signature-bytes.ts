/**
 * A device's signature records in the forms that a PSBT has them: DER for ECDSA (BIP-66, BIP-174),
 * 64 or 65 bytes for taproot (BIP-341, BIP-371). Nothing is verified here: combining does that.
 */
import { type Outcome, ok } from "../../protocol/errors.ts";
import { decodeRecords, type SignatureRecord } from "../../protocol/signature-record.ts";
import type { InputSignature } from "./combine.ts";

const DER = { sequence: 0x30, integer: 0x02 } as const;
/** Of R, and of S. */
const INTEGER_BYTES = 32;
const SIGN_BIT = 0x80;

/** An unsigned integer as DER has it: no zero in front but the one that keeps it positive. */
const derInteger = (bytes: Uint8Array): readonly number[] => {
  const first = bytes.findIndex((byte) => byte !== 0);
  const digits = first === -1 ? [0] : [...bytes.subarray(first)];
  const isNegative = (digits[0] ?? 0) >= SIGN_BIT;
  const value = isNegative ? [0, ...digits] : digits;
  return [DER.integer, value.length, ...value];
};

/** An ECDSA signature: DER, at most 72 bytes, and the sighash byte. */
export const ecdsaSignature = ({ signature, sighash }: SignatureRecord): Uint8Array => {
  const r = derInteger(signature.subarray(0, INTEGER_BYTES));
  const s = derInteger(signature.subarray(INTEGER_BYTES));
  return Uint8Array.of(DER.sequence, r.length + s.length, ...r, ...s, sighash);
};

/** A signature of BIP-340: 64 bytes, and the sighash byte unless that is DEFAULT. */
export const schnorrSignature = ({ signature, sighash }: SignatureRecord): Uint8Array =>
  sighash === 0 ? Uint8Array.from(signature) : Uint8Array.of(...signature, sighash);

/** What `signPsbt` returned for inputs that ECDSA signs; `malformed_reply` for no whole records. */
export const ecdsaSignatures = (
  records: Uint8Array,
): Outcome<readonly InputSignature[], "malformed_reply"> => {
  const read = decodeRecords(records);
  if (!read.ok) return read;
  return ok(
    read.value.map((record) => ({ input: record.input, signature: ecdsaSignature(record) })),
  );
};
