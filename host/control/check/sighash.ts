/**
 * What a signature of a version 0 witness program signs, for SIGHASH_ALL only. Source: BIP-143,
 * "Specification". The three hashes over the whole transaction are taken once, so that checking
 * stays linear in the inputs.
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { hexToBytes } from "@noble/hashes/utils.js";
import { CompactSize } from "@scure/btc-signer";
import type { TransactionInput, TransactionView } from "./transaction.ts";

/** The only sighash type accepted. */
export const SIGHASH_ALL = 1;

/**
 * The digest that input `index` signs, 32 bytes: `scriptCode` comes without its length (for P2WSH
 * it is the witness script), `amountSats` is what the input spends.
 */
export type WitnessDigest = (
  index: number,
  scriptCode: Uint8Array,
  amountSats: bigint,
) => Uint8Array;

const u32 = (value: number): Uint8Array => {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
};

const u64 = (value: bigint): Uint8Array => {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value, true);
  return bytes;
};

const hashParts = (parts: readonly Uint8Array[]): Uint8Array => {
  const inner = sha256.create();
  for (const part of parts) inner.update(part);
  return sha256(inner.digest());
};

const withLength = (script: Uint8Array): readonly Uint8Array[] => [
  CompactSize.encode(BigInt(script.length)),
  script,
];

const outpoint = ({ txid, vout }: TransactionInput): readonly Uint8Array[] => [
  hexToBytes(txid).toReversed(),
  u32(vout),
];

/** The digests of one transaction's inputs; throws for an input that it does not have. */
export const witnessDigests = (tx: TransactionView): WitnessDigest => {
  const hashPrevouts = hashParts(tx.inputs.flatMap(outpoint));
  const hashSequence = hashParts(tx.inputs.map(({ sequence }) => u32(sequence)));
  const outputs = tx.outputs.flatMap(({ amountSats, scriptHex }) => [
    u64(amountSats),
    ...withLength(hexToBytes(scriptHex)),
  ]);
  const hashOutputs = hashParts(outputs);
  return (index, scriptCode, amountSats) => {
    const input = tx.inputs[index];
    if (input === undefined) throw new RangeError(`there is no input ${index}`);
    return hashParts([
      u32(tx.version),
      hashPrevouts,
      hashSequence,
      ...outpoint(input),
      ...withLength(scriptCode),
      u64(amountSats),
      u32(input.sequence),
      hashOutputs,
      u32(tx.lockTime),
      u32(SIGHASH_ALL),
    ]);
  };
};
