/**
 * Transactions, read strictly: in the form before segwit, or BIP-144's with witnesses. Nothing may
 * follow the lock time. Byte strings in the result are views of what was read. A previous
 * transaction may be a whole PSBT long, so reading and hashing come in steps.
 */
import { fail, ok, type Outcome } from "../../../protocol/errors.ts";
import type { Crypto } from "../../hal.ts";
import { sha256, uint32At } from "../encoding/bytes.ts";
import { BITCOIN_LIMITS } from "../limits.ts";
import { type ByteReader, createReader } from "../encoding/reader.ts";
import { STEP_HASHED_BYTES, STEP_ITEMS, type Steps } from "../steps.ts";

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
function* readMany<T>(
  reader: ByteReader,
  count: number,
  read: (reader: ByteReader) => T,
): Steps<readonly T[]> {
  const items: T[] = [];
  while (items.length < count && !reader.isFailed()) {
    items.push(read(reader));
    if (items.length % STEP_ITEMS === 0) yield;
  }
  return items;
}

const readCount = (reader: ByteReader, itemBytesMin: number): number => {
  const count = reader.compactSize();
  if (count * itemBytesMin > reader.remaining()) reader.refuse();
  return reader.isFailed() ? 0 : count;
};

/**
 * Skips the witnesses; "no witness at all" must be written in the form without (BIP-144).
 *
 * @yields after some of the items, of whatever inputs
 */
function* skipWitnesses(reader: ByteReader, inputs: number): Steps<void> {
  let items = 0;
  for (let input = 0; input < inputs && !reader.isFailed(); input += 1) {
    const last = items + readCount(reader, 1);
    while (items < last && !reader.isFailed()) {
      reader.skip(reader.compactSize());
      items += 1;
      if (items % STEP_ITEMS === 0) yield;
    }
  }
  if (items === 0) reader.refuse();
}

/** The marker stands where a count of zero inputs would. */
const readMarker = (reader: ByteReader, bytes: Uint8Array, form: TransactionForm): boolean => {
  if (form === "without-witness" || bytes[VERSION_BYTES] !== 0) return false;
  if (reader.uint8() !== 0 || reader.uint8() !== 1) reader.refuse();
  return true;
};

const isAmount = (output: TransactionOutput): boolean =>
  output.amountSats <= BITCOIN_LIMITS.amountSats;

const idPartsOf = (
  bytes: Uint8Array,
  hasWitness: boolean,
  bodyStart: number,
  bodyEnd: number,
): readonly Uint8Array[] =>
  hasWitness
    ? [
        bytes.subarray(0, VERSION_BYTES),
        bytes.subarray(bodyStart, bodyEnd),
        bytes.subarray(bytes.length - LOCK_TIME_BYTES),
      ]
    : [bytes];

/**
 * Reads a whole transaction.
 *
 * @yields after some of the inputs, outputs and witness items each
 */
export function* transactionSteps(
  bytes: Uint8Array,
  form: TransactionForm,
  limits: TransactionLimits,
): Steps<Outcome<Transaction, TransactionError>> {
  const reader = createReader(bytes);
  const version = reader.uint32();
  const hasWitness = readMarker(reader, bytes, form);
  const bodyStart = reader.position();
  const inputCount = readCount(reader, INPUT_BYTES_MIN);
  if (inputCount > limits.inputs) return fail("too_many_inputs", { inputs: inputCount });
  const inputs = yield* readMany(reader, inputCount, readInput);
  const outputCount = readCount(reader, OUTPUT_BYTES_MIN);
  if (outputCount > limits.outputs) return fail("psbt_unsupported", { outputs: outputCount });
  const outputStart = reader.position();
  const outputs = yield* readMany(reader, outputCount, readOutput);
  const bodyEnd = reader.position();
  if (hasWitness) yield* skipWitnesses(reader, inputCount);
  const lockTime = reader.uint32();
  if (reader.isFailed() || reader.remaining() > 0) return fail("psbt_malformed");
  const foreign = outputs.findIndex((output) => !isAmount(output));
  if (foreign >= 0) return fail("amount_out_of_range", { output: foreign });
  const outputBytes = bytes.subarray(outputStart, bodyEnd);
  const idParts = idPartsOf(bytes, hasWitness, bodyStart, bodyEnd);
  return ok({ version, inputs, outputs, lockTime, outputBytes, idParts });
}

/**
 * The transaction's id: 32 bytes in hash order (not the reversed order people read).
 *
 * @yields after each stretch of bytes that is long enough
 */
export function* transactionIdSteps(transaction: Transaction, crypto: Crypto): Steps<Uint8Array> {
  const hash = crypto.sha256();
  for (const part of transaction.idParts) {
    for (let at = 0; at < part.length; at += STEP_HASHED_BYTES) {
      if (at > 0) yield;
      hash.update(part.subarray(at, at + STEP_HASHED_BYTES));
    }
  }
  return sha256(crypto, hash.digest());
}
