/**
 * Transactions, read strictly: in the form before segwit, or BIP-144's with witnesses. Nothing may
 * follow the lock time. Byte strings in the result are views of what was read.
 */
import { fail, ok, type Outcome } from "../../protocol/errors.ts";
import type { Crypto } from "../hal.ts";
import { doubleSha256, uint32At } from "./bytes.ts";
import { BITCOIN_LIMITS } from "./limits.ts";
import { type ByteReader, createReader } from "./reader.ts";

/** An input. */
export interface TransactionInput {
  /** 36 bytes: the previous transaction's id in hash order and the output's number. */
  readonly outpoint: Uint8Array;
  readonly outputIndex: number;
  readonly scriptSig: Uint8Array;
  readonly sequence: number;
}

/** An output. */
export interface TransactionOutput {
  readonly amountSats: number;
  readonly script: Uint8Array;
}

/** A transaction. */
export interface Transaction {
  /** As 4 bytes stand for it, unsigned. */
  readonly version: number;
  readonly inputs: readonly TransactionInput[];
  readonly outputs: readonly TransactionOutput[];
  readonly lockTime: number;
  /** All outputs as they are serialised, without their count. */
  readonly outputBytes: Uint8Array;
  /** What the transaction's id is made of, in order. */
  readonly idParts: readonly Uint8Array[];
}

/** Which forms are taken: a PSBT's unsigned transaction has no witnesses (BIP-174). */
export type TransactionForm = "without-witness" | "any";

/** How many inputs and outputs are taken. */
export interface TransactionLimits {
  readonly inputs: number;
  readonly outputs: number;
}

/** Why a transaction is refused; too many outputs are `psbt_unsupported`. */
export type TransactionError =
  | "psbt_malformed"
  | "psbt_unsupported"
  | "too_many_inputs"
  | "amount_out_of_range";

const INPUT_BYTES_MIN = 41;
const OUTPUT_BYTES_MIN = 9;
const VERSION_BYTES = 4;
const LOCK_TIME_BYTES = 4;

const readInput = (reader: ByteReader): TransactionInput => {
  const outpoint = reader.bytes(36);
  const outputIndex = uint32At(outpoint, 32);
  return { outpoint, outputIndex, scriptSig: reader.string(), sequence: reader.uint32() };
};

/** An output as transactions and witness UTXO fields have it. */
export const readOutput = (reader: ByteReader): TransactionOutput => ({
  amountSats: reader.uint64(),
  script: reader.string(),
});

/** As many as `count` says, which was checked; stops early where the bytes do not hold. */
const readMany = <T>(reader: ByteReader, count: number, read: (reader: ByteReader) => T): T[] => {
  const items: T[] = [];
  while (items.length < count && !reader.isFailed()) items.push(read(reader));
  return items;
};

const readCount = (reader: ByteReader, itemBytesMin: number): number => {
  const count = reader.compactSize();
  if (count * itemBytesMin > reader.remaining()) reader.refuse();
  return reader.isFailed() ? 0 : count;
};

/** Skips the witnesses; "no witness at all" must be written in the form without (BIP-144). */
const skipWitnesses = (reader: ByteReader, inputs: number): void => {
  let items = 0;
  for (let input = 0; input < inputs && !reader.isFailed(); input += 1) {
    const count = readCount(reader, 1);
    items += count;
    for (let item = 0; item < count && !reader.isFailed(); item += 1) reader.string();
  }
  if (items === 0) reader.refuse();
};

/** The marker stands where a count of zero inputs would. */
const readMarker = (reader: ByteReader, bytes: Uint8Array, form: TransactionForm): boolean => {
  if (form === "without-witness" || bytes[VERSION_BYTES] !== 0) return false;
  if (reader.uint8() !== 0 || reader.uint8() !== 1) reader.refuse();
  return true;
};

const isAmount = (output: TransactionOutput): boolean =>
  output.amountSats <= BITCOIN_LIMITS.amountSats;

/** Reads a whole transaction. */
export const parseTransaction = (
  bytes: Uint8Array,
  form: TransactionForm,
  limits: TransactionLimits,
): Outcome<Transaction, TransactionError> => {
  const reader = createReader(bytes);
  const version = reader.uint32();
  const hasWitness = readMarker(reader, bytes, form);
  const bodyStart = reader.position();
  const inputCount = readCount(reader, INPUT_BYTES_MIN);
  if (inputCount > limits.inputs) return fail("too_many_inputs", { inputs: inputCount });
  const inputs = readMany(reader, inputCount, readInput);
  const outputCount = readCount(reader, OUTPUT_BYTES_MIN);
  if (outputCount > limits.outputs) return fail("psbt_unsupported", { outputs: outputCount });
  const outputStart = reader.position();
  const outputs = readMany(reader, outputCount, readOutput);
  const bodyEnd = reader.position();
  if (hasWitness) skipWitnesses(reader, inputCount);
  const lockTime = reader.uint32();
  if (reader.isFailed() || reader.remaining() > 0) return fail("psbt_malformed");
  const foreign = outputs.findIndex((output) => !isAmount(output));
  if (foreign >= 0) return fail("amount_out_of_range", { output: foreign });
  const outputBytes = bytes.subarray(outputStart, bodyEnd);
  const idParts = hasWitness
    ? [
        bytes.subarray(0, VERSION_BYTES),
        bytes.subarray(bodyStart, bodyEnd),
        bytes.subarray(bytes.length - LOCK_TIME_BYTES),
      ]
    : [bytes];
  return ok({ version, inputs, outputs, lockTime, outputBytes, idParts });
};

/** The transaction's id: 32 bytes in hash order (not the reversed order people read). */
export const transactionId = (transaction: Transaction, crypto: Crypto): Uint8Array =>
  doubleSha256(crypto, ...transaction.idParts);
