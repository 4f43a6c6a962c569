/**
 * A serialised transaction as the final check sees it, decoded by @scure/btc-signer. Sources:
 * BIP-144 (serialisation), BIP-141 ("Transaction ID", "Transaction size calculations").
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import { RawTx } from "@scure/btc-signer";
import { RawOldTx } from "@scure/btc-signer/script.js";
import { attempt } from "../attempt.ts";
import { CONTROL_LIMITS } from "../limits.ts";

/** An input; `txid` as people write it (the hash's bytes reversed), the witness from its bottom. */
export interface TransactionInput {
  readonly txid: string;
  readonly vout: number;
  readonly sequence: number;
  readonly scriptSig: Uint8Array;
  readonly witness: readonly Uint8Array[];
}

/** An output. */
export interface TransactionOutput {
  readonly amountSats: bigint;
  readonly scriptHex: string;
}

/** A transaction with its id, and its virtual size rounded up. */
export interface TransactionView {
  readonly version: number;
  readonly inputs: readonly TransactionInput[];
  readonly outputs: readonly TransactionOutput[];
  readonly lockTime: number;
  readonly txid: string;
  readonly virtualBytes: number;
}

const hash256 = (bytes: Uint8Array): Uint8Array => sha256(sha256(bytes));

const view = (bytes: Uint8Array): TransactionView => {
  const { version, inputs, outputs, witnesses, lockTime } = RawTx.decode(bytes);
  const stripped = RawOldTx.encode({ version, inputs, outputs, lockTime });
  return {
    version,
    inputs: inputs.map(({ txid, index, sequence, finalScriptSig }, position) => ({
      txid: bytesToHex(txid),
      vout: index,
      sequence,
      scriptSig: finalScriptSig,
      witness: witnesses?.[position] ?? [],
    })),
    outputs: outputs.map(({ amount, script }) => ({
      amountSats: amount,
      scriptHex: bytesToHex(script),
    })),
    lockTime,
    txid: bytesToHex(hash256(stripped).toReversed()),
    virtualBytes: Math.ceil((3 * stripped.length + bytes.length) / 4),
  };
};

/** Decodes a transaction, all of it and nothing after it; `undefined` where the hex is none. */
export const decodeTransaction = (hex: string): TransactionView | undefined =>
  hex.length > 2 * CONTROL_LIMITS.transactionBytes
    ? undefined
    : attempt(() => view(hexToBytes(hex)));
