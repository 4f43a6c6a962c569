/**
 * The fields that PSBTs of version 0 and 2 may hold (BIP-174, 370, 371), what shape their keys and
 * values have, and what this signer does with them. A type that is not listed is unknown, and
 * passed over.
 */
import { BITCOIN_LIMITS } from "../limits.ts";

/** What is done with a value: read at once, read as it comes, or passed over. */
export type FieldUse = "read" | "stream" | "pass";

/** What a field's key data (the key without its type) and its value must look like. */
export interface FieldRule {
  readonly key: (data: Uint8Array) => boolean;
  readonly valueBytes: (length: number) => boolean;
  readonly use: FieldUse;
  /** The one PSBT version that has the field; both without it. */
  readonly only?: 0 | 2;
}

/** The fields of one kind of map, by type. */
export type FieldRules = ReadonlyMap<number, FieldRule>;

/** The types this signer reads. */
export const FIELD = {
  global: {
    unsignedTransaction: 0x00,
    transactionVersion: 0x02,
    fallbackLockTime: 0x03,
    inputCount: 0x04,
    outputCount: 0x05,
    modifiable: 0x06,
    version: 0xfb,
  },
  input: {
    previousTransaction: 0x00,
    witnessUtxo: 0x01,
    sighashType: 0x03,
    redeemScript: 0x04,
    witnessScript: 0x05,
    derivation: 0x06,
    previousId: 0x0e,
    outputIndex: 0x0f,
    sequence: 0x10,
    timeLock: 0x11,
    heightLock: 0x12,
    tapLeafScript: 0x15,
    tapDerivation: 0x16,
    tapInternalKey: 0x17,
    tapMerkleRoot: 0x18,
  },
  output: {
    redeemScript: 0x00,
    witnessScript: 0x01,
    derivation: 0x02,
    amount: 0x03,
    script: 0x04,
    tapInternalKey: 0x05,
    tapDerivation: 0x07,
  },
} as const;

type KeyCheck = FieldRule["key"];
type LengthCheck = FieldRule["valueBytes"];

const noKey: KeyCheck = (data) => data.length === 0;
const keyOf =
  (length: number): KeyCheck =>
  (data) =>
    data.length === length;
const COMPRESSED_BYTES = 33;
const UNCOMPRESSED_BYTES = 65;

/** A compressed or an uncompressed key, by its form only. */
const publicKey: KeyCheck = (data) => {
  const prefix = data[0];
  if (data.length === COMPRESSED_BYTES) return prefix === 0x02 || prefix === 0x03;
  return data.length === UNCOMPRESSED_BYTES && prefix === 0x04;
};
/** Leaf version, internal key, and a path of at most 128 hashes (BIP-341). */
const controlBlock: KeyCheck = ({ length }) =>
  length >= 33 && length <= 33 + 32 * 128 && (length - 33) % 32 === 0;

const any: LengthCheck = () => true;
const exactly =
  (...lengths: readonly number[]): LengthCheck =>
  (length) =>
    lengths.includes(length);
const script: LengthCheck = (length) => length <= BITCOIN_LIMITS.scriptBytes;
/** An amount of 8 bytes, a size and a script. */
const output: LengthCheck = (length) => length >= 9 && length <= BITCOIN_LIMITS.scriptBytes + 11;
const transaction: LengthCheck = (length) => length <= BITCOIN_LIMITS.transactionBytes;
const unsigned: LengthCheck = (length) => length <= BITCOIN_LIMITS.unsignedBytes;
/** A fingerprint and a path. */
const path: LengthCheck = (length) =>
  length >= 4 && length % 4 === 0 && length <= 4 + 4 * BITCOIN_LIMITS.pathElements;
/** The hashes of leaves before a fingerprint and a path. */
const tapPath: LengthCheck = (length) => length >= 5 && length <= BITCOIN_LIMITS.scriptBytes;
/** A script and its leaf version. */
const leafScript: LengthCheck = (length) => length >= 1 && length <= BITCOIN_LIMITS.scriptBytes + 1;
const compactSize = exactly(1, 3, 5, 9);

type Entry = readonly [number, FieldRule];

const read = (type: number, valueBytes: LengthCheck, key = noKey): Entry => [
  type,
  { key, valueBytes, use: "read" },
];
const passed = (type: number, key = noKey, valueBytes = any): Entry => [
  type,
  { key, valueBytes, use: "pass" },
];
const only = (version: 0 | 2, [type, rule]: Entry): Entry => [type, { ...rule, only: version }];

/** Of the global map. */
export const GLOBAL_RULES: FieldRules = new Map([
  [0x00, { key: noKey, valueBytes: unsigned, use: "stream", only: 0 }],
  passed(0x01, keyOf(78), path),
  only(2, read(FIELD.global.transactionVersion, exactly(4))),
  only(2, read(FIELD.global.fallbackLockTime, exactly(4))),
  only(2, read(FIELD.global.inputCount, compactSize)),
  only(2, read(FIELD.global.outputCount, compactSize)),
  only(2, read(FIELD.global.modifiable, exactly(1))),
  read(FIELD.global.version, exactly(4)),
]);

/** Of an input's map. */
export const INPUT_RULES: FieldRules = new Map([
  [0x00, { key: noKey, valueBytes: transaction, use: "stream" }],
  read(FIELD.input.witnessUtxo, output),
  passed(0x02, publicKey),
  read(FIELD.input.sighashType, exactly(4)),
  read(FIELD.input.redeemScript, script),
  read(FIELD.input.witnessScript, script),
  read(FIELD.input.derivation, path, publicKey),
  passed(0x07),
  passed(0x08),
  passed(0x09),
  passed(0x0a, keyOf(20)),
  passed(0x0b, keyOf(32)),
  passed(0x0c, keyOf(20)),
  passed(0x0d, keyOf(32)),
  only(2, read(FIELD.input.previousId, exactly(32))),
  only(2, read(FIELD.input.outputIndex, exactly(4))),
  only(2, read(FIELD.input.sequence, exactly(4))),
  only(2, read(FIELD.input.timeLock, exactly(4))),
  only(2, read(FIELD.input.heightLock, exactly(4))),
  passed(0x13, noKey, exactly(64, 65)),
  passed(0x14, keyOf(64), exactly(64, 65)),
  read(FIELD.input.tapLeafScript, leafScript, controlBlock),
  read(FIELD.input.tapDerivation, tapPath, keyOf(32)),
  read(FIELD.input.tapInternalKey, exactly(32)),
  read(FIELD.input.tapMerkleRoot, exactly(32)),
]);

/** Of an output's map. */
export const OUTPUT_RULES: FieldRules = new Map([
  read(FIELD.output.redeemScript, script),
  read(FIELD.output.witnessScript, script),
  read(FIELD.output.derivation, path, publicKey),
  only(2, read(FIELD.output.amount, exactly(8))),
  only(2, read(FIELD.output.script, script)),
  read(FIELD.output.tapInternalKey, exactly(32)),
  passed(0x06),
  read(FIELD.output.tapDerivation, tapPath, keyOf(32)),
]);
