/** The digest that a signature of a segwit version 0 input commits to (BIP-143). */
import type { Crypto } from "../../../hal.ts";
import { doubleSha256 } from "../../encoding/bytes.ts";
import { encodeCompactSize } from "../../encoding/compact-size.ts";
import {
  OUTPOINT_BYTES,
  outpointOf,
  outputBytesOf,
  outputsBytesOf,
  setAmount,
  type Transaction,
  uint32Bytes,
} from "../transaction.ts";
import { SIGHASH, type SighashType } from "./sighash-type.ts";

/** What is signed unless the wallet says otherwise. */
export const ALL: SighashType = { byte: SIGHASH.all, outputs: "all", isAnyoneCanPay: false };

/** Gives the 32-byte digest of the input at an index; the index is the transaction's. */
export type SegwitDigest = (
  index: number,
  scriptCode: Uint8Array,
  amountSats: number,
  type?: SighashType,
) => Uint8Array;

const NOTHING = new Uint8Array(32);
/** Bytes of the message before the outpoint: version, prevouts, sequences. */
const HEAD_BYTES = 68;
/** Bytes of the message without script code: that, outpoint, amount, sequence, outputs and two. */
const FIXED_BYTES = HEAD_BYTES + OUTPOINT_BYTES + 8 + 4 + 32 + 8;
const SIZE_BYTES = 5;

/** BIP-143's three midstates, each hashed once for the transaction. */
const createMidstates = (transaction: Transaction, crypto: Crypto) => {
  const { outpoints, sequences, outputs } = transaction;
  const prevouts = doubleSha256(crypto, outpoints);
  const allSequences = doubleSha256(crypto, uint32Bytes(sequences));
  const allOutputs = doubleSha256(crypto, outputsBytesOf(transaction));
  return {
    prevouts: ({ isAnyoneCanPay }: SighashType) => (isAnyoneCanPay ? NOTHING : prevouts),
    sequences: ({ isAnyoneCanPay, outputs: which }: SighashType) =>
      isAnyoneCanPay || which !== "all" ? NOTHING : allSequences,
    outputs: ({ outputs: which }: SighashType, index: number) => {
      if (which === "all") return allOutputs;
      const own = which === "single" ? outputs[index] : undefined;
      return own === undefined ? NOTHING : doubleSha256(crypto, outputBytesOf(own));
    },
  };
};

/** A message that is written anew for each input, in one place. */
const createMessage = () => {
  let bytes = new Uint8Array(FIXED_BYTES + SIZE_BYTES);
  let view = new DataView(bytes.buffer);
  let at = 0;
  return {
    open: (length: number): void => {
      at = 0;
      if (length <= bytes.length) return;
      bytes = new Uint8Array(2 * length);
      view = new DataView(bytes.buffer);
    },
    uint32: (value: number): void => {
      view.setUint32(at, value, true);
      at += 4;
    },
    amount: (sats: number): void => {
      setAmount(view, at, sats);
      at += 8;
    },
    put: (part: Uint8Array): void => {
      bytes.set(part, at);
      at += part.length;
    },
    written: (): Uint8Array => bytes.subarray(0, at),
  };
};

/**
 * Digests of one transaction; together they take time linear in its size. What all inputs share
 * is hashed at once, so that outpoints may go when their digests are made.
 */
export const createSegwitDigest = (transaction: Transaction, crypto: Crypto): SegwitDigest => {
  const { sequences, version, lockTime } = transaction;
  const midstates = createMidstates(transaction, crypto);
  const message = createMessage();
  return (index, scriptCode, amountSats, type = ALL) => {
    message.open(FIXED_BYTES + SIZE_BYTES + scriptCode.length);
    message.uint32(version);
    message.put(midstates.prevouts(type));
    message.put(midstates.sequences(type));
    message.put(outpointOf(transaction, index));
    message.put(encodeCompactSize(scriptCode.length));
    message.put(scriptCode);
    message.amount(amountSats);
    message.uint32(sequences[index] ?? 0);
    message.put(midstates.outputs(type, index));
    message.uint32(lockTime);
    message.uint32(type.byte);
    return doubleSha256(crypto, message.written());
  };
};
