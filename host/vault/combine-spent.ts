/**
 * The outputs that a PSBT's inputs spend. Where the previous transaction is there, it has the last
 * word: its hash is the outpoint's, and a witness UTXO beside it must say the same.
 */

import { hex } from "@scure/base";
import { Transaction } from "bitcoinjs-lib";
import { isSame } from "./byte-parts.ts";
import { INPUT } from "./psbt-fields.ts";
import { type PsbtMap, valueIn } from "./psbt-map.ts";

/** An amount in satoshi and the script that guards it. */
export interface SpentOutput {
  readonly value: bigint;
  readonly script: Uint8Array;
}

type Outpoint = Transaction["ins"][number];

const AMOUNT_BYTES = 8;
/** Scripts behind CompactSize: the longest that can be spent has 10,000 bytes. */
const LONG_FORM = 0xfd;

/** An output as it stands in a PSBT: amount, length, script. */
const readOutput = (bytes: Uint8Array): SpentOutput | undefined => {
  if (bytes.length <= AMOUNT_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const first = view.getUint8(AMOUNT_BYTES);
  const isLong = first === LONG_FORM && bytes.length > AMOUNT_BYTES + 3;
  const length = isLong ? view.getUint16(AMOUNT_BYTES + 1, true) : first;
  const script = bytes.slice(AMOUNT_BYTES + (isLong ? 3 : 1));
  return script.length === length ? { value: view.getBigUint64(0, true), script } : undefined;
};

interface Previous {
  readonly bytes: Uint8Array;
  /** The outputs; none where the bytes are not the transaction of that name. */
  readonly outputs: readonly SpentOutput[];
}

const readPrevious = (bytes: Uint8Array, hash: Uint8Array): Previous => {
  try {
    const previous = Transaction.fromBuffer(Uint8Array.from(bytes));
    return { bytes, outputs: isSame(previous.getHash(), hash) ? previous.outs : [] };
  } catch {
    return { bytes, outputs: [] };
  }
};

/** Reads a previous transaction once for all the inputs that carry the same bytes. */
const previousReader = () => {
  const known = new Map<string, Previous>();
  return (bytes: Uint8Array, hash: Uint8Array): readonly SpentOutput[] => {
    const name = hex.encode(hash);
    const found = known.get(name);
    if (found !== undefined && isSame(found.bytes, bytes)) return found.outputs;
    const read = readPrevious(bytes, hash);
    known.set(name, read);
    return read.outputs;
  };
};

/**
 * A reader of spent outputs.
 *
 * @returns `undefined` for an input that has neither kind of UTXO, whose previous transaction is
 * another one or has no such output, or whose two kinds differ
 */
export const spentReader = () => {
  const readPreviousOf = previousReader();
  return (map: PsbtMap, { hash, index }: Outpoint): SpentOutput | undefined => {
    const previous = valueIn(map, INPUT.nonWitnessUtxo);
    const witness = valueIn(map, INPUT.witnessUtxo);
    const claimed = witness === undefined ? undefined : readOutput(witness);
    if (previous === undefined) return claimed;
    const output = readPreviousOf(previous, hash)[index];
    if (output === undefined || witness === undefined) return output;
    const isAgreed =
      claimed !== undefined &&
      claimed.value === output.value &&
      isSame(claimed.script, output.script);
    return isAgreed ? output : undefined;
  };
};
