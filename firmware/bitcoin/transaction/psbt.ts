/**
 * Partially signed transactions, version 0 (BIP-174), read strictly and judged by nobody: whether
 * the fields are true is for `review.ts`. Fields of unknown type are passed over. Byte strings in
 * the result are views of what was read.
 */
import { type Details, fail, ok, type Outcome } from "../../../protocol/errors.ts";
import { isSame, uint32At } from "../encoding/bytes.ts";
import { BITCOIN_LIMITS } from "../limits.ts";
import { FIELD, type FieldRules, GLOBAL_RULES, INPUT_RULES, OUTPUT_RULES } from "./psbt-fields.ts";
import {
  type Derivation,
  findDerivations,
  findValue,
  isLawful,
  type MapEntry,
  readMap,
} from "./psbt-map.ts";
import { type ByteReader, createReader } from "../encoding/reader.ts";
import { finish, STEP_ITEMS, type Steps } from "../steps.ts";
import {
  readOutput,
  type Transaction,
  type TransactionError,
  type TransactionOutput,
  transactionSteps,
} from "./transaction.ts";

/** What a PSBT says of an input. */
export interface PsbtInput {
  /** The whole transaction that made the coin, not yet read. */
  readonly previousTransaction: Uint8Array | undefined;
  readonly witnessUtxo: TransactionOutput | undefined;
  readonly sighashType: number | undefined;
  readonly hasRedeemScript: boolean;
  readonly witnessScript: Uint8Array | undefined;
  readonly derivations: readonly Derivation[];
}

/** What a PSBT says of an output. */
export interface PsbtOutput {
  readonly hasRedeemScript: boolean;
  readonly witnessScript: Uint8Array | undefined;
  readonly derivations: readonly Derivation[];
}

/** A PSBT; `inputs` and `outputs` run parallel to the transaction's. */
export interface Psbt {
  readonly transaction: Transaction;
  readonly inputs: readonly PsbtInput[];
  readonly outputs: readonly PsbtOutput[];
}

/** Why a PSBT is not read. */
export type PsbtError = TransactionError;

const MAGIC = Uint8Array.of(0x70, 0x73, 0x62, 0x74, 0xff);

const readVersion = (entries: readonly MapEntry[]): number => {
  const value = findValue(entries, FIELD.global.version);
  return value === undefined ? 0 : uint32At(value, 0);
};

/**
 * BIP-370's version 2 has fields that break version 0's rules, so the version comes first.
 *
 * @yields where the transaction is a long one
 */
function* readGlobal(reader: ByteReader): Steps<Outcome<Transaction, PsbtError>> {
  const entries = readMap(reader, new Map());
  if (reader.isFailed()) return fail("psbt_malformed");
  const version = readVersion(entries);
  if (version !== 0) return fail("psbt_unsupported", { version });
  const bytes = findValue(entries, FIELD.global.unsignedTransaction);
  if (bytes === undefined || !entries.every((entry) => isLawful(entry, GLOBAL_RULES)))
    return fail("psbt_malformed");
  const transaction = yield* transactionSteps(bytes, "without-witness", BITCOIN_LIMITS);
  if (!transaction.ok) return transaction;
  const signed = transaction.value.inputs.findIndex((input) => input.scriptSig.length > 0);
  return signed < 0 ? transaction : fail("psbt_malformed", { input: signed });
}

const readWitnessUtxo = (value: Uint8Array): Outcome<TransactionOutput, PsbtError> => {
  const reader = createReader(value);
  const output = readOutput(reader);
  if (reader.isFailed() || reader.remaining() > 0) return fail("psbt_malformed");
  return output.amountSats > BITCOIN_LIMITS.amountSats ? fail("amount_out_of_range") : ok(output);
};

const toInput = (entries: readonly MapEntry[]): Outcome<PsbtInput, PsbtError> => {
  const utxo = findValue(entries, FIELD.input.witnessUtxo);
  const witnessUtxo = utxo === undefined ? ok(undefined) : readWitnessUtxo(utxo);
  if (!witnessUtxo.ok) return witnessUtxo;
  const sighash = findValue(entries, FIELD.input.sighashType);
  return ok({
    previousTransaction: findValue(entries, FIELD.input.previousTransaction),
    witnessUtxo: witnessUtxo.value,
    sighashType: sighash === undefined ? undefined : uint32At(sighash, 0),
    hasRedeemScript: findValue(entries, FIELD.input.redeemScript) !== undefined,
    witnessScript: findValue(entries, FIELD.input.witnessScript),
    derivations: findDerivations(entries, FIELD.input.derivation),
  });
};

const toOutput = (entries: readonly MapEntry[]): Outcome<PsbtOutput, never> =>
  ok({
    hasRedeemScript: findValue(entries, FIELD.output.redeemScript) !== undefined,
    witnessScript: findValue(entries, FIELD.output.witnessScript),
    derivations: findDerivations(entries, FIELD.output.derivation),
  });

/** What the maps of one kind hold, and what is made of one. */
interface MapKind<T> {
  readonly rules: FieldRules;
  readonly make: (entries: readonly MapEntry[]) => Outcome<T, PsbtError>;
  readonly place: (index: number) => Details;
}

const INPUTS: MapKind<PsbtInput> = {
  rules: INPUT_RULES,
  make: toInput,
  place: (input) => ({ input }),
};
const OUTPUTS: MapKind<PsbtOutput> = {
  rules: OUTPUT_RULES,
  make: toOutput,
  place: (output) => ({ output }),
};

/** Maps that are read in one step, fewer if they hold many entries: tenths of a millisecond. */
const STEP_MAPS = 32;

/** One map for each of the transaction's inputs or outputs, some a step. */
function* readMaps<T>(
  reader: ByteReader,
  count: number,
  { rules, make, place }: MapKind<T>,
): Steps<Outcome<readonly T[], PsbtError>> {
  const maps: T[] = [];
  let entriesInStep = 0;
  while (maps.length < count) {
    const entries = readMap(reader, rules);
    const map = reader.isFailed() ? fail("psbt_malformed") : make(entries);
    if (!map.ok) return fail(map.error, place(maps.length));
    maps.push(map.value);
    entriesInStep += entries.length;
    if (maps.length % STEP_MAPS > 0 && entriesInStep < STEP_ITEMS) continue;
    entriesInStep = 0;
    yield;
  }
  return ok(maps);
}

/**
 * Reads a PSBT. `psbt_unsupported`: another version than 0, too many bytes or outputs;
 * `too_many_inputs`; `amount_out_of_range`; anything else that does not fit is `psbt_malformed`.
 *
 * @yields after some of the maps, or some of the transaction's inputs and outputs
 */
export function* readPsbtSteps(bytes: Uint8Array): Steps<Outcome<Psbt, PsbtError>> {
  if (bytes.length > BITCOIN_LIMITS.psbtBytes) return fail("psbt_unsupported");
  const reader = createReader(bytes);
  if (!isSame(reader.bytes(MAGIC.length), MAGIC)) return fail("psbt_malformed");
  const transaction = yield* readGlobal(reader);
  if (!transaction.ok) return transaction;
  const { inputs, outputs } = transaction.value;
  const inputMaps = yield* readMaps(reader, inputs.length, INPUTS);
  if (!inputMaps.ok) return inputMaps;
  const outputMaps = yield* readMaps(reader, outputs.length, OUTPUTS);
  if (!outputMaps.ok) return outputMaps;
  if (reader.remaining() > 0) return fail("psbt_malformed");
  return ok({ transaction: transaction.value, inputs: inputMaps.value, outputs: outputMaps.value });
}

/** All the steps of reading at once. */
export const parsePsbt = (bytes: Uint8Array): Outcome<Psbt, PsbtError> =>
  finish(readPsbtSteps(bytes));
