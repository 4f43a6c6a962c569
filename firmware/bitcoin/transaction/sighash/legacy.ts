/**
 * The digest that a signature of an input from before segwit commits to: the transaction itself,
 * with the script code in the place of that input's script and what the type leaves out emptied.
 * It hashes the whole transaction for each input, by consensus.
 */
import type { Crypto } from "../../../hal.ts";
import { concatBytes, doubleSha256 } from "../../encoding/bytes.ts";
import { encodeCompactSize } from "../../encoding/compact-size.ts";
import {
  outpointOf,
  outputBytesOf,
  sizedScript,
  type Transaction,
  uint32s,
} from "../transaction.ts";
import type { SighashType } from "./sighash-type.ts";

/** Gives the 32-byte digest of the input at an index. */
export type LegacyDigest = (
  index: number,
  scriptCode: Uint8Array,
  type: SighashType,
) => Uint8Array | undefined;

const NO_SCRIPT = new Uint8Array(0);
/** An output that is left out: an amount of -1 and no script. */
const BLANK_OUTPUT = new Uint8Array(9).fill(0xff, 0, 8);

const inputBytes = (
  transaction: Transaction,
  index: number,
  script: Uint8Array,
  isSequenceKept: boolean,
): Uint8Array =>
  concatBytes(
    outpointOf(transaction, index),
    sizedScript(script),
    uint32s(isSequenceKept ? (transaction.sequences[index] ?? 0) : 0),
  );

const inputsOf = (
  transaction: Transaction,
  index: number,
  scriptCode: Uint8Array,
  type: SighashType,
): readonly Uint8Array[] => {
  if (type.isAnyoneCanPay) return [inputBytes(transaction, index, scriptCode, true)];
  const isAll = type.outputs === "all";
  return Array.from(transaction.sequences, (_, i) =>
    inputBytes(transaction, i, i === index ? scriptCode : NO_SCRIPT, i === index || isAll),
  );
};

const outputsOf = (
  { outputs }: Transaction,
  index: number,
  type: SighashType,
): readonly Uint8Array[] => {
  if (type.outputs === "none") return [];
  if (type.outputs === "all") return outputs.map(outputBytesOf);
  return outputs
    .slice(0, index + 1)
    .map((output, i) => (i === index ? outputBytesOf(output) : BLANK_OUTPUT));
};

/**
 * Digests of one transaction; `undefined` for SIGHASH_SINGLE of an input that has no output of its
 * own, for which consensus knows only the number 1, a digest that any transaction shares.
 */
export const createLegacyDigest =
  (transaction: Transaction, crypto: Crypto): LegacyDigest =>
  (index, scriptCode, type) => {
    if (type.outputs === "single" && index >= transaction.outputs.length) return undefined;
    const inputs = inputsOf(transaction, index, scriptCode, type);
    const outputs = outputsOf(transaction, index, type);
    return doubleSha256(
      crypto,
      concatBytes(
        uint32s(transaction.version),
        encodeCompactSize(inputs.length),
        ...inputs,
        encodeCompactSize(outputs.length),
        ...outputs,
        uint32s(transaction.lockTime, type.byte),
      ),
    );
  };
