/**
 * The fields a version 0 PSBT may hold (BIP-174, BIP-370, BIP-371) and what shape their keys and
 * values have. A type that is not listed is unknown, and passed over.
 */
import { BITCOIN_LIMITS } from "../limits.ts";

/** What a field's key data (the key without its type) and its value must look like. */
export interface FieldRule {
  readonly key: (data: Uint8Array) => boolean;
  readonly value: (data: Uint8Array) => boolean;
}

/** The fields of one kind of map, by type. */
export type FieldRules = ReadonlyMap<number, FieldRule>;

/** The types this signer reads. */
export const FIELD = {
  global: { unsignedTransaction: 0x00, version: 0xfb },
  input: {
    previousTransaction: 0x00,
    witnessUtxo: 0x01,
    sighashType: 0x03,
    redeemScript: 0x04,
    witnessScript: 0x05,
    derivation: 0x06,
  },
  output: { redeemScript: 0x00, witnessScript: 0x01, derivation: 0x02 },
} as const;

type Check = (data: Uint8Array) => boolean;

const any: Check = () => true;
const length =
  (...lengths: readonly number[]): Check =>
  (data) =>
    lengths.includes(data.length);

/** A compressed or an uncompressed key, by its form only. */
const publicKey: Check = (data) =>
  data.length === 33
    ? data[0] === 0x02 || data[0] === 0x03
    : data.length === 65 && data[0] === 0x04;

/** A fingerprint and a path. */
const path: Check = (data) =>
  data.length >= 4 && data.length % 4 === 0 && data.length <= 4 + 4 * BITCOIN_LIMITS.pathElements;
const controlBlock: Check = (data) =>
  data.length >= 33 && data.length <= 33 + 32 * 128 && (data.length - 33) % 32 === 0;

const single = (value: Check): FieldRule => ({ key: length(0), value });
const keyed = (key: Check, value: Check): FieldRule => ({ key, value });
/** Fields of version 2, which version 0 must not have (BIP-370). */
const excluded: FieldRule = { key: () => false, value: () => false };

const excludedTypes = (first: number, last: number): readonly [number, FieldRule][] =>
  Array.from({ length: last - first + 1 }, (_, step) => [first + step, excluded]);

/** Of the global map. */
export const GLOBAL_RULES: FieldRules = new Map([
  [FIELD.global.unsignedTransaction, single(any)],
  [0x01, keyed(length(78), path)],
  ...excludedTypes(0x02, 0x06),
  [FIELD.global.version, single(length(4))],
]);

/** Of an input's map. */
export const INPUT_RULES: FieldRules = new Map([
  [FIELD.input.previousTransaction, single(any)],
  [FIELD.input.witnessUtxo, single(any)],
  [0x02, keyed(publicKey, any)],
  [FIELD.input.sighashType, single(length(4))],
  [FIELD.input.redeemScript, single(any)],
  [FIELD.input.witnessScript, single(any)],
  [FIELD.input.derivation, keyed(publicKey, path)],
  [0x07, single(any)],
  [0x08, single(any)],
  [0x09, single(any)],
  [0x0a, keyed(length(20), any)],
  [0x0b, keyed(length(32), any)],
  [0x0c, keyed(length(20), any)],
  [0x0d, keyed(length(32), any)],
  ...excludedTypes(0x0e, 0x12),
  [0x13, single(length(64, 65))],
  [0x14, keyed(length(64), length(64, 65))],
  [0x15, keyed(controlBlock, any)],
  [0x16, keyed(length(32), any)],
  [0x17, single(length(32))],
  [0x18, single(length(32))],
]);

/** Of an output's map. */
export const OUTPUT_RULES: FieldRules = new Map([
  [FIELD.output.redeemScript, single(any)],
  [FIELD.output.witnessScript, single(any)],
  [FIELD.output.derivation, keyed(publicKey, path)],
  ...excludedTypes(0x03, 0x04),
  [0x05, single(length(32))],
  [0x06, single(any)],
  [0x07, keyed(length(32), any)],
]);
