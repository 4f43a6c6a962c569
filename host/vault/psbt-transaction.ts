/**
 * The transaction that a PSBT is about: as it stands in version 0, or put together from the maps
 * of version 2 (BIP-370, "Determining Lock Time" and the fields' descriptions).
 */

import { Transaction } from "bitcoinjs-lib";
import { fail, ok, type Outcome } from "../../protocol/errors.ts";
import { compactSize, joinBytes, uint32, withLength } from "./byte-parts.ts";
import { GLOBAL, INPUT, OUTPUT } from "./psbt-fields.ts";
import { type PsbtMap, type PsbtMaps, readUint32, valueIn } from "./psbt-map.ts";

const FINAL_SEQUENCE = 0xffff_ffff;

/** The value, of that many bytes; throws where it is not there. */
const needed = (map: PsbtMap, type: number, length?: number): Uint8Array => {
  const value = valueIn(map, type);
  if (value === undefined || (length !== undefined && value.length !== length))
    throw new RangeError(`field ${type}`);
  return value;
};

/** A number that may be left out; throws where it is there with another length than 4 bytes. */
const optionalUint32 = (map: PsbtMap, type: number): number | undefined => {
  const value = valueIn(map, type);
  if (value === undefined) return undefined;
  const number = readUint32(value);
  if (number === undefined) throw new RangeError(`field ${type}`);
  return number;
};

/** Lock times below this are heights, others are seconds (BIP-65). */
const FIRST_TIME = 500_000_000;

/** What an input demands, of one kind; throws where it isn't of that kind. */
const demandOf = (map: PsbtMap, kind: "height" | "time"): number | undefined => {
  const isHeight = kind === "height";
  const value = optionalUint32(map, isHeight ? INPUT.requiredHeight : INPUT.requiredTime);
  if (value !== undefined && (value === 0 || value < FIRST_TIME !== isHeight))
    throw new RangeError(`no ${kind}`);
  return value;
};

/** The greatest of a kind of demands that all inputs with demands have; height wins a tie. */
const lockTimeOf = ({ global, inputs }: PsbtMaps): number => {
  const demands = inputs
    .map((map) => ({ time: demandOf(map, "time"), height: demandOf(map, "height") }))
    .filter(({ time, height }) => time !== undefined || height !== undefined);
  if (demands.length === 0) return optionalUint32(global, GLOBAL.fallbackLocktime) ?? 0;
  for (const kind of ["height", "time"] as const) {
    const values = demands.flatMap((demand) => demand[kind] ?? []);
    if (values.length === demands.length)
      return values.reduce((left, right) => Math.max(left, right));
  }
  throw new RangeError("lock times that exclude each other");
};

const inputBytes = (map: PsbtMap): Uint8Array =>
  joinBytes([
    needed(map, INPUT.previousTxid, 32),
    needed(map, INPUT.outputIndex, 4),
    compactSize(0),
    uint32(optionalUint32(map, INPUT.sequence) ?? FINAL_SEQUENCE),
  ]);

const outputBytes = (map: PsbtMap): Uint8Array =>
  joinBytes([needed(map, OUTPUT.amount, 8), withLength(needed(map, OUTPUT.script))]);

const assemble = (maps: PsbtMaps): Uint8Array =>
  joinBytes([
    needed(maps.global, GLOBAL.transactionVersion, 4),
    compactSize(maps.inputs.length),
    ...maps.inputs.map(inputBytes),
    compactSize(maps.outputs.length),
    ...maps.outputs.map(outputBytes),
    uint32(lockTimeOf(maps)),
  ]);

const isUnsigned = ({ ins }: Transaction): boolean =>
  ins.every(({ script, witness }) => script.length === 0 && witness.length === 0);

/**
 * The unsigned transaction.
 *
 * @returns `not_a_psbt` where a field that makes it up is missing or has another length, it has no
 * inputs or no outputs, carries a script or a witness, or inputs ask for lock times that exclude
 * each other
 */
export const unsignedTransaction = (maps: PsbtMaps): Outcome<Transaction, "not_a_psbt"> => {
  if (maps.inputs.length === 0 || maps.outputs.length === 0) return fail("not_a_psbt");
  try {
    const bytes =
      maps.version === 0 ? needed(maps.global, GLOBAL.unsignedTx) : Uint8Array.from(assemble(maps));
    const transaction = Transaction.fromBuffer(bytes);
    return isUnsigned(transaction) ? ok(transaction) : fail("not_a_psbt");
  } catch {
    return fail("not_a_psbt");
  }
};
