/**
 * The form in which a PSBT is sent to a signer: the same transaction with what a signer needs and
 * no more. Previous transactions go without their witnesses, which no txid commits to (BIP-141),
 * and equal ones go once; signatures, final scripts, preimages, MuSig2's fields, extended keys,
 * proprietary and unknown fields stay at home, where the signatures are merged with them again.
 */

import { hex } from "@scure/base";
import { Transaction } from "bitcoinjs-lib";
import { isSame } from "./byte-parts.ts";
import { GLOBAL, INPUT, OUTPUT } from "./psbt-fields.ts";
import { type PsbtField, type PsbtMap, readMaps, valueIn, writeMaps } from "./psbt-map.ts";
import { unsignedTransaction } from "./psbt-transaction.ts";

const KEPT_GLOBAL: ReadonlySet<number> = new Set(Object.values(GLOBAL));
/** Every field that the vault has a name for, but signatures. */
const KEPT_INPUT: ReadonlySet<number> = new Set<number>(Object.values(INPUT)).difference(
  new Set([INPUT.partialSignature, INPUT.tapKeySignature, INPUT.tapScriptSignature]),
);
const KEPT_OUTPUT: ReadonlySet<number> = new Set(Object.values(OUTPUT));

const keep = (map: PsbtMap, types: ReadonlySet<number>): PsbtMap =>
  map.filter(({ type }) => types.has(type));

const isPrevious = ({ type, keyData }: PsbtField): boolean =>
  type === INPUT.nonWitnessUtxo && keyData.length === 0;

/** The transaction without witnesses; as it is where there are none, or it doesn't read. */
const withoutWitness = (bytes: Uint8Array): Uint8Array => {
  // Where a transaction without witnesses counts its inputs, this form has a zero (BIP-144).
  if (bytes[4] !== 0) return bytes;
  try {
    const transaction = Transaction.fromBuffer(Uint8Array.from(bytes));
    transaction.ins.forEach((_, input) => {
      transaction.setWitness(input, []);
    });
    return transaction.toBuffer();
  } catch {
    return bytes;
  }
};

/**
 * Tells whether a signer has the previous transaction already: in version 0 any earlier input may
 * have carried it; in version 2 only the nearest earlier one that carried any, for its txid is
 * known only as the maps arrive.
 */
const createCarried = (version: 0 | 2) => {
  const carried = new Map<string, Uint8Array>();
  return (txid: string, bytes: Uint8Array): boolean => {
    const known = carried.get(txid);
    if (known !== undefined && isSame(known, bytes)) return true;
    if (version === 2) carried.clear();
    carried.set(txid, bytes);
    return false;
  };
};

/** An input's map as it is sent. */
const inputForm = (
  map: PsbtMap,
  txid: string,
  isCarried: (txid: string, bytes: Uint8Array) => boolean,
): PsbtMap => {
  const hasWitnessUtxo = valueIn(map, INPUT.witnessUtxo) !== undefined;
  return keep(map, KEPT_INPUT).flatMap((field) => {
    if (!isPrevious(field)) return [field];
    const value = withoutWitness(field.value);
    return isCarried(txid, value) && hasWitnessUtxo ? [] : [{ ...field, value }];
  });
};

/**
 * The upload form of a binary PSBT; the bytes themselves where they are no PSBT, so that the
 * signer refuses them by its own name.
 */
export const uploadForm = (psbt: Uint8Array): Uint8Array => {
  const maps = readMaps(psbt);
  const transaction = maps.ok ? unsignedTransaction(maps.value) : maps;
  if (!maps.ok || !transaction.ok) return psbt;
  const { version, global, inputs, outputs } = maps.value;
  const isCarried = createCarried(version);
  return writeMaps({
    version,
    global: keep(global, KEPT_GLOBAL),
    inputs: inputs.map((map, input) =>
      inputForm(
        map,
        hex.encode(transaction.value.ins[input]?.hash ?? new Uint8Array(0)),
        isCarried,
      ),
    ),
    outputs: outputs.map((map) => keep(map, KEPT_OUTPUT)),
  });
};
