/** An output as a witness UTXO field has it (BIP-174, PSBT_IN_WITNESS_UTXO). */
import { createReader } from "../encoding/reader.ts";
import type { TransactionOutput } from "../transaction/transaction.ts";

/** Reads it with a copy of its script; undefined where it does not fit. */
export const readUtxo = (value: Uint8Array): TransactionOutput | undefined => {
  const reader = createReader(value);
  const amountSats = reader.uint64();
  const script = reader.string();
  const isWhole = !reader.isFailed() && reader.remaining() === 0;
  return isWhole ? { amountSats, script: script.slice() } : undefined;
};
