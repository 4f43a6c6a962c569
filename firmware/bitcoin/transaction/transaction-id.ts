/** What names a transaction: SHA-256, twice, of all of it but its witnesses. */
import type { Crypto } from "../../hal.ts";
import { sha256 } from "../encoding/bytes.ts";
import { encodeCompactSize } from "../encoding/compact-size.ts";
import { STEP_ITEMS, type Steps } from "../steps.ts";
import {
  OUTPOINT_BYTES,
  outpointOf,
  outputsBytesOf,
  setUint32,
  type Transaction,
  uint32s,
} from "./transaction.ts";

/** Bytes of an input: outpoint, the size of a script that is not there, sequence. */
const INPUT_BYTES = OUTPOINT_BYTES + 1 + 4;

/** Writes the inputs from one on into a room of zeros; gives the part that is used. */
const writeInputs = (room: Uint8Array, transaction: Transaction, from: number): Uint8Array => {
  const { sequences } = transaction;
  let at = 0;
  for (let input = from; input < sequences.length && at < room.length; input += 1) {
    room.set(outpointOf(transaction, input), at);
    setUint32(room, at + OUTPOINT_BYTES + 1, sequences[input] ?? 0);
    at += INPUT_BYTES;
  }
  return room.subarray(0, at);
};

/**
 * The unsigned transaction's id: 32 bytes in hash order (not the reversed order people read).
 *
 * @yields after some of the inputs
 */
export function* transactionIdSteps(transaction: Transaction, crypto: Crypto): Steps<Uint8Array> {
  const { version, lockTime, sequences, outputs } = transaction;
  const { length } = sequences;
  const room = new Uint8Array(INPUT_BYTES * Math.min(length, STEP_ITEMS));
  let hash = crypto.sha256().update(uint32s(version)).update(encodeCompactSize(length));
  for (let from = 0; from < length; from += STEP_ITEMS) {
    if (from > 0) yield;
    hash = hash.update(writeInputs(room, transaction, from));
  }
  const tail = [encodeCompactSize(outputs.length), outputsBytesOf(transaction), uint32s(lockTime)];
  for (const part of tail) hash = hash.update(part);
  return sha256(crypto, hash.digest());
}
