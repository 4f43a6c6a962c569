/**
 * What of a transaction is signed: the wallet's inputs, by which types, for which amounts. Two
 * reviews of one transaction that sign the same have the same name, whatever else they claim.
 */
import type { Crypto } from "../../hal.ts";
import { INPUT_FLAG, type InputTable } from "../psbt/input-table.ts";
import { STEP_ITEMS, type Steps } from "../steps.ts";
import { setAmount } from "../transaction/transaction.ts";

/** An input's number, its sighash byte and its amount. */
const ROW_BYTES = 4 + 1 + 8;

/**
 * Names what is signed of inputs that were reviewed: 32 bytes.
 *
 * @yields after some of the inputs
 */
export function* signedPartSteps(inputs: InputTable, crypto: Crypto): Steps<Uint8Array> {
  let hash = crypto.sha256();
  const rows = new Uint8Array(ROW_BYTES * STEP_ITEMS);
  const view = new DataView(rows.buffer);
  let at = 0;
  for (let input = 0; input < inputs.count(); input += 1) {
    if ((inputs.flagsAt(input) & INPUT_FLAG.isOwn) === 0) continue;
    view.setUint32(at, input);
    view.setUint8(at + 4, inputs.sighashAt(input));
    setAmount(view, at + 5, inputs.amountAt(input));
    at += ROW_BYTES;
    if (at < rows.length) continue;
    hash = hash.update(rows.slice());
    at = 0;
    yield;
  }
  return hash.update(rows.subarray(0, at)).digest();
}
