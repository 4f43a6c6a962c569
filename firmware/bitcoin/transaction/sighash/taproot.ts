/** The digest that a signature of a taproot input commits to (BIP-341, and BIP-342 for scripts). */
import type { Crypto } from "../../../hal.ts";
import { concatBytes, sha256 } from "../../encoding/bytes.ts";
import {
  amountBytes,
  outpointOf,
  outputBytesOf,
  outputsBytesOf,
  type Transaction,
  type TransactionOutput,
  uint32Bytes,
  uint32s,
} from "../transaction.ts";
import type { SighashType } from "./sighash-type.ts";

/** How an input is spent, besides its index. */
export interface TaprootSpend {
  readonly type: SighashType;
  /** 32 bytes: the tagged hash of the leaf that spends it; without it the key does. */
  readonly leafHash?: Uint8Array | undefined;
  /** The input's own coin, which SIGHASH_ANYONECANPAY commits to. */
  readonly coin?: TransactionOutput | undefined;
}

/** Gives the 32-byte digest of the input at an index. */
export type TaprootDigest = (index: number, spend: TaprootSpend) => Uint8Array | undefined;

const EPOCH = 0;
const NONE = new Uint8Array(0);
const KEY_VERSION = 0;
/** No OP_CODESEPARATOR was executed. */
const NO_SEPARATOR = 0xffff_ffff;
const TAG = new TextEncoder().encode("TapSighash");

/** What the digests commit to of the coins that are spent: all of them, in the inputs' order. */
export interface SpentCoins {
  readonly amounts: ArrayLike<number>;
  /** SHA-256 of all scripts, each with its size before it. */
  readonly scriptsHash: Uint8Array;
}

/** Midstates of what all inputs share, each one SHA-256 (BIP-341, "Common signature message"). */
const createMidstates = (
  transaction: Transaction,
  { amounts, scriptsHash }: SpentCoins,
  crypto: Crypto,
) => ({
  everyInput: concatBytes(
    sha256(crypto, transaction.outpoints),
    sha256(crypto, amountBytes(amounts)),
    scriptsHash,
    sha256(crypto, uint32Bytes(transaction.sequences)),
  ),
  everyOutput: sha256(crypto, outputsBytesOf(transaction)),
});

/** `ext_flag`, doubled: no annex is ever signed for here. */
const spendTypeOf = ({ leafHash }: TaprootSpend): number => (leafHash === undefined ? 0 : 2);

const leafPart = ({ leafHash }: TaprootSpend): Uint8Array =>
  leafHash === undefined
    ? NONE
    : concatBytes(leafHash, Uint8Array.of(KEY_VERSION), uint32s(NO_SEPARATOR));

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

/** What of the inputs is committed to before the outputs, and what of the one itself after them. */
const inputParts = (
  transaction: Transaction,
  index: number,
  { type, coin }: TaprootSpend,
  everyInput: Uint8Array,
): { readonly every: Uint8Array; readonly own: Uint8Array } | undefined => {
  if (!type.isAnyoneCanPay) return { every: everyInput, own: uint32s(index) };
  if (coin === undefined) return undefined;
  const sequence = uint32s(transaction.sequences[index] ?? 0);
  const own = concatBytes(outpointOf(transaction, index), outputBytesOf(coin), sequence);
  return { every: NONE, own };
};

/**
 * Digests of one transaction: each signature commits to all the coins that are spent. `undefined`
 * for an input that is not there, for SIGHASH_SINGLE without an output of its own, which BIP-341
 * forbids, and for SIGHASH_ANYONECANPAY of a coin that was not told. All but the last outlives the
 * outpoints.
 */
export const createTaprootDigest = (
  transaction: Transaction,
  coins: SpentCoins,
  crypto: Crypto,
): TaprootDigest => {
  const { version, lockTime, sequences } = transaction;
  const { everyInput, everyOutput } = createMidstates(transaction, coins, crypto);
  const tag = sha256(crypto, TAG);
  return (index, spend) => {
    const { type } = spend;
    const inputs = inputParts(transaction, index, spend, everyInput);
    const outputs = outputParts(transaction, index, type, everyOutput, crypto);
    if (index >= sequences.length || inputs === undefined || outputs === undefined) {
      return undefined;
    }
    const message = concatBytes(
      Uint8Array.of(EPOCH, type.byte),
      uint32s(version, lockTime),
      inputs.every,
      outputs.all,
      Uint8Array.of(spendTypeOf(spend)),
      inputs.own,
      outputs.single,
      leafPart(spend),
    );
    return sha256(crypto, tag, tag, message);
  };
};
