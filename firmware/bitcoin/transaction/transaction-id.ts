/** What names a transaction: SHA-256, twice, of all of it but its witnesses. */
import type { Crypto } from "../../hal.ts";
import { sha256 } from "../encoding/bytes.ts";
import { encodeCompactSize } from "../encoding/reader.ts";
import { STEP_ITEMS, type Steps } from "../steps.ts";
import { outpointOf, outputsBytesOf, type Transaction, uint32s } from "./transaction.ts";

const NO_SCRIPT = Uint8Array.of(0);

/**
 * The unsigned transaction's id: 32 bytes in hash order (not the reversed order people read).
 *
 * @yields after some of the inputs
 */
export function* transactionIdSteps(transaction: Transaction, crypto: Crypto): Steps<Uint8Array> {
  const { version, lockTime, sequences, outputs } = transaction;
  let hash = crypto.sha256().update(uint32s(version)).update(encodeCompactSize(sequences.length));
  for (const [input, sequence] of sequences.entries()) {
    if (input % STEP_ITEMS === STEP_ITEMS - 1) yield;
    hash = hash.update(outpointOf(transaction, input)).update(NO_SCRIPT).update(uint32s(sequence));
  }
  const tail = [encodeCompactSize(outputs.length), outputsBytesOf(transaction), uint32s(lockTime)];
  for (const part of tail) hash = hash.update(part);
  return sha256(crypto, hash.digest());
}
