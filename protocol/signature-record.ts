/**
 * Signatures as a device returns them: records of 72 bytes, one after the other, so that 20,000 of
 * them cost a copy and no CBOR item each. Public data: whoever takes them verifies them.
 */
import { assert, fail, type Outcome, ok } from "./errors.ts";

/** One signature: of what, by which key, over which digest. */
export interface SignatureRecord {
  /** Position in the transaction, below 2^32. */
  readonly input: number;
  /** Index of the key in the wallet policy: the i of `@i`. */
  readonly key: number;
  /** Of a taproot script path: the leaf's place in the template's order, below 0xffff. */
  readonly leaf?: number;
  /** The sighash byte; 0 is taproot's DEFAULT (BIP-341, "Common signature message"). */
  readonly sighash: number;
  /** 64 bytes: R and S of ECDSA, 32 each, big-endian, low S; or a signature of BIP-340. */
  readonly signature: Uint8Array;
}

/** Bytes of a record. */
export const RECORD_BYTES = 72;

/** What stands for "no leaf". */
const NO_LEAF = 0xffff;
/** Where each member begins; integers are big-endian. */
const AT = { input: 0, key: 4, leaf: 5, sighash: 7, signature: 8 } as const;
const SIGNATURE_BYTES = 64;

const isUint = (value: number, below: number): boolean =>
  Number.isInteger(value) && value >= 0 && value < below;

const isRecord = ({ input, key, leaf, sighash, signature }: SignatureRecord): boolean =>
  isUint(input, 2 ** 32) &&
  isUint(key, 2 ** 8) &&
  (leaf === undefined || isUint(leaf, NO_LEAF)) &&
  isUint(sighash, 2 ** 8) &&
  signature.length === SIGNATURE_BYTES;

/** The bytes of records, in their order; members beyond their range are a mistake of ours. */
export const encodeRecords = (records: readonly SignatureRecord[]): Uint8Array => {
  const bytes = new Uint8Array(records.length * RECORD_BYTES);
  const view = new DataView(bytes.buffer);
  for (const [i, record] of records.entries()) {
    assert(isRecord(record), "a signature fits its record");
    const start = i * RECORD_BYTES;
    view.setUint32(start + AT.input, record.input);
    view.setUint8(start + AT.key, record.key);
    view.setUint16(start + AT.leaf, record.leaf ?? NO_LEAF);
    view.setUint8(start + AT.sighash, record.sighash);
    bytes.set(record.signature, start + AT.signature);
  }
  return bytes;
};

const readRecord = (bytes: Uint8Array): SignatureRecord => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const leaf = view.getUint16(AT.leaf);
  return {
    input: view.getUint32(AT.input),
    key: view.getUint8(AT.key),
    ...(leaf === NO_LEAF ? {} : { leaf }),
    sighash: view.getUint8(AT.sighash),
    signature: bytes.slice(AT.signature),
  };
};

/** Reads whole records; `malformed_reply` where the last one is not. */
export const decodeRecords = (
  bytes: Uint8Array,
): Outcome<readonly SignatureRecord[], "malformed_reply"> => {
  if (bytes.length % RECORD_BYTES !== 0) return fail("malformed_reply", { bytes: bytes.length });
  const count = bytes.length / RECORD_BYTES;
  return ok(
    Array.from({ length: count }, (_, i) =>
      readRecord(bytes.subarray(i * RECORD_BYTES, (i + 1) * RECORD_BYTES)),
    ),
  );
};
