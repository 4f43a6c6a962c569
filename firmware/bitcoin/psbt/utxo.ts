/** An output as a witness UTXO field has it (BIP-174, PSBT_IN_WITNESS_UTXO). */
import { uint32At } from "../encoding/bytes.ts";
import type { TransactionOutput } from "../transaction/transaction.ts";

const AMOUNT_BYTES = 8;
/** The first byte of a size of two bytes more; larger ones name no script that can be spent. */
const TWO_BYTES = 0xfd;

/** Where the script begins if its size is what is left; undefined where it is not. */
const scriptStart = (value: Uint8Array): number | undefined => {
  const first = value[AMOUNT_BYTES] ?? TWO_BYTES;
  if (first < TWO_BYTES) {
    return value.length === AMOUNT_BYTES + 1 + first ? AMOUNT_BYTES + 1 : undefined;
  }
  const size = (value[AMOUNT_BYTES + 1] ?? 0) + 0x100 * (value[AMOUNT_BYTES + 2] ?? 0);
  const start = AMOUNT_BYTES + 3;
  const isSize = first === TWO_BYTES && size >= TWO_BYTES && value.length === start + size;
  return isSize ? start : undefined;
};

/** Reads it with a copy of its script; undefined where it does not fit. */
export const readUtxo = (value: Uint8Array): TransactionOutput | undefined => {
  const start = scriptStart(value);
  if (start === undefined) return undefined;
  const amountSats = uint32At(value, 4) * 0x1_0000_0000 + uint32At(value, 0);
  return { amountSats, script: value.slice(start) };
};
