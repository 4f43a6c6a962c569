/** The digest that a signature of a taproot input commits to (BIP-341, and BIP-342 for scripts). */
import type { Crypto } from "../../../hal.ts";
import { concatBytes, sha256 } from "../../encoding/bytes.ts";
import type { Transaction, TransactionOutput } from "../transaction.ts";
import { amountBytes, outputBytesOf, sizedScript, uint32s } from "./numbers.ts";
import type { SighashType } from "./sighash-type.ts";

/** What is spent by a leaf of the script tree. */
export interface TaprootLeaf {
  /** 32 bytes: the tagged hash of leaf version and script. */
  readonly hash: Uint8Array;
}

/** Gives the 32-byte digest of the input at an index: by its key, or by a leaf. */
export type TaprootDigest = (
  index: number,
  type: SighashType,
  leaf?: TaprootLeaf,
) => Uint8Array | undefined;

const EPOCH = 0;
const NONE = new Uint8Array(0);
const KEY_VERSION = 0;
/** No OP_CODESEPARATOR was executed. */
const NO_SEPARATOR = 0xffff_ffff;
const TAG = new TextEncoder().encode("TapSighash");

/** Midstates of what all inputs share, each one SHA-256 (BIP-341, "Common signature message"). */
const createMidstates = (
  { inputs, outputBytes }: Transaction,
  spent: readonly TransactionOutput[],
  crypto: Crypto,
) => {
  const hashed = (...parts: readonly Uint8Array[]): Uint8Array =>
    sha256(crypto, concatBytes(...parts));
  return {
    everyInput: concatBytes(
      hashed(...inputs.map(({ outpoint }) => outpoint)),
      hashed(amountBytes(...spent.map(({ amountSats }) => amountSats))),
      hashed(...spent.map(({ script }) => sizedScript(script))),
      hashed(uint32s(...inputs.map(({ sequence }) => sequence))),
    ),
    everyOutput: hashed(outputBytes),
  };
};

/** `ext_flag`, doubled: no annex is ever signed for here. */
const spendTypeOf = (leaf: TaprootLeaf | undefined): number => (leaf === undefined ? 0 : 2);

const leafPart = (leaf: TaprootLeaf | undefined): Uint8Array =>
  leaf === undefined
    ? NONE
    : concatBytes(leaf.hash, Uint8Array.of(KEY_VERSION), uint32s(NO_SEPARATOR));

/** What of the outputs is committed to; `undefined` where the type wants one that is not there. */
const outputParts = (
  { outputs }: Transaction,
  index: number,
  type: SighashType,
  everyOutput: Uint8Array,
  crypto: Crypto,
): { readonly all: Uint8Array; readonly single: Uint8Array } | undefined => {
  if (type.outputs === "all") return { all: everyOutput, single: NONE };
  if (type.outputs === "none") return { all: NONE, single: NONE };
  const own = outputs[index];
  return own && { all: NONE, single: sha256(crypto, outputBytesOf(own)) };
};

/**
 * Digests of one transaction. `spent` are the outputs that its inputs spend, all of them and in
 * order, because each signature commits to all. `undefined` for an input that is not there, and
 * for SIGHASH_SINGLE without an output of its own, which BIP-341 forbids.
 */
export const createTaprootDigest = (
  transaction: Transaction,
  spent: readonly TransactionOutput[],
  crypto: Crypto,
): TaprootDigest => {
  const { inputs, version, lockTime } = transaction;
  const { everyInput, everyOutput } = createMidstates(transaction, spent, crypto);
  const tag = sha256(crypto, TAG);
  return (index, type, leaf) => {
    const [input, coin] = [inputs[index], spent[index]];
    const parts = outputParts(transaction, index, type, everyOutput, crypto);
    if (input === undefined || coin === undefined || parts === undefined) return undefined;
    const message = concatBytes(
      Uint8Array.of(EPOCH, type.byte),
      uint32s(version, lockTime),
      type.isAnyoneCanPay ? NONE : everyInput,
      parts.all,
      Uint8Array.of(spendTypeOf(leaf)),
      type.isAnyoneCanPay
        ? concatBytes(input.outpoint, outputBytesOf(coin), uint32s(input.sequence))
        : uint32s(index),
      parts.single,
      leafPart(leaf),
    );
    return sha256(crypto, tag, tag, message);
  };
};
