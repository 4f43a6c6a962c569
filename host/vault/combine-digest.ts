/**
 * The digest that a P2WSH signature with SIGHASH_ALL signs (BIP-143, "Specification"). The three
 * hashes that all inputs share are made once, so that n inputs cost n and not n squared as in
 * bitcoinjs-lib's `hashForWitnessV0`; a test asserts that both agree.
 */

import { crypto, type Transaction } from "bitcoinjs-lib";

const SIGHASH_ALL = 1;

const concat = (parts: readonly Uint8Array[]): Uint8Array => {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
};

const uint32 = (value: number): Uint8Array => {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
};

const uint64 = (value: bigint): Uint8Array => {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value, true);
  return bytes;
};

/** CompactSize length before the script; witness scripts are at most 10,000 bytes. */
const withLength = (script: Uint8Array): Uint8Array => {
  const length =
    script.length < 0xfd ? [script.length] : [0xfd, script.length & 0xff, script.length >> 8];
  return concat([Uint8Array.from(length), script]);
};

/**
 * The digest of one input, 32 bytes.
 *
 * @returns `undefined` where the transaction has no such input
 */
export type InputDigest = (
  input: number,
  witnessScript: Uint8Array,
  amountSats: bigint,
) => Uint8Array | undefined;

/** Prepares the digests of a transaction's inputs. */
export const inputDigests = (transaction: Transaction): InputDigest => {
  const { ins, outs, version, locktime } = transaction;
  const outpoints = ins.map(({ hash, index }) => concat([hash, uint32(index)]));
  const sequences = ins.map(({ sequence }) => uint32(sequence));
  const outputs = outs.map(({ value, script }) => concat([uint64(value), withLength(script)]));
  const hashPrevouts = crypto.hash256(concat(outpoints));
  const hashSequence = crypto.hash256(concat(sequences));
  const hashOutputs = crypto.hash256(concat(outputs));
  const head = concat([uint32(version), hashPrevouts, hashSequence]);
  const tail = concat([hashOutputs, uint32(locktime), uint32(SIGHASH_ALL)]);
  return (input, witnessScript, amountSats) => {
    const outpoint = outpoints[input];
    const sequence = sequences[input];
    if (outpoint === undefined || sequence === undefined) return undefined;
    const scriptCode = withLength(witnessScript);
    return crypto.hash256(concat([head, outpoint, scriptCode, uint64(amountSats), sequence, tail]));
  };
};
