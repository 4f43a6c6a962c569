/** The digest that a signature of a segwit version 0 input commits to (BIP-143). */
import type { Crypto } from "../../../hal.ts";
import { concatBytes, doubleSha256 } from "../../encoding/bytes.ts";
import type { Transaction } from "../transaction.ts";
import { amountBytes, outputBytesOf, sizedScript, uint32s } from "./numbers.ts";
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

/** Computes its value when it is first asked for. */
const once = (compute: () => Uint8Array): (() => Uint8Array) => {
  let value: Uint8Array | undefined;
  return () => {
    value ??= compute();
    return value;
  };
};

/** BIP-143's three midstates, each hashed once for the transaction. */
const createMidstates = ({ inputs, outputs, outputBytes }: Transaction, crypto: Crypto) => {
  const prevouts = once(() =>
    doubleSha256(crypto, concatBytes(...inputs.map(({ outpoint }) => outpoint))),
  );
  const sequences = once(() =>
    doubleSha256(crypto, uint32s(...inputs.map(({ sequence }) => sequence))),
  );
  const allOutputs = once(() => doubleSha256(crypto, outputBytes));
  return {
    prevouts: ({ isAnyoneCanPay }: SighashType) => (isAnyoneCanPay ? NOTHING : prevouts()),
    sequences: ({ isAnyoneCanPay, outputs: which }: SighashType) =>
      isAnyoneCanPay || which !== "all" ? NOTHING : sequences(),
    outputs: ({ outputs: which }: SighashType, index: number) => {
      if (which === "all") return allOutputs();
      const own = which === "single" ? outputs[index] : undefined;
      return own === undefined ? NOTHING : doubleSha256(crypto, outputBytesOf(own));
    },
  };
};

/** Digests of one transaction; together they take time linear in its size. */
export const createSegwitDigest = (transaction: Transaction, crypto: Crypto): SegwitDigest => {
  const { inputs, version, lockTime } = transaction;
  const midstates = createMidstates(transaction, crypto);
  return (index, scriptCode, amountSats, type = ALL) => {
    const { outpoint = NOTHING, sequence = 0 } = inputs[index] ?? {};
    return doubleSha256(
      crypto,
      concatBytes(
        uint32s(version),
        midstates.prevouts(type),
        midstates.sequences(type),
        outpoint,
        sizedScript(scriptCode),
        amountBytes(amountSats),
        uint32s(sequence),
        midstates.outputs(type, index),
        uint32s(lockTime, type.byte),
      ),
    );
  };
};
