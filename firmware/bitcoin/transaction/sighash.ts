/** The digest that a SIGHASH_ALL signature of a segwit version 0 input commits to (BIP-143). */
import type { Crypto } from "../../hal.ts";
import { concatBytes, doubleSha256 } from "../encoding/bytes.ts";
import { encodeCompactSize } from "../encoding/reader.ts";
import type { Transaction, TransactionInput } from "./transaction.ts";

/** The one sighash type that is signed. */
export const SIGHASH_ALL = 1;

/** Gives the 32-byte digest of one input of one transaction. */
export type SighashDigest = (
  input: TransactionInput,
  witnessScript: Uint8Array,
  amountSats: number,
) => Uint8Array;

/** Numbers as 4 bytes each, little-endian. */
const uint32s = (...values: readonly number[]): Uint8Array => {
  const bytes = new Uint8Array(4 * values.length);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const value of values) {
    view.setUint32(at, value, true);
    at += 4;
  }
  return bytes;
};

const amountBytes = (amountSats: number): Uint8Array =>
  uint32s(amountSats % 0x100000000, Math.floor(amountSats / 0x100000000));

/**
 * Hashes once what all inputs share (`hashPrevouts`, `hashSequence`, `hashOutputs`), so that a
 * transaction's digests together take time linear in its size.
 */
export const createSighash = (transaction: Transaction, crypto: Crypto): SighashDigest => {
  const { inputs, outputBytes, version, lockTime } = transaction;
  const head = concatBytes(
    uint32s(version),
    doubleSha256(crypto, concatBytes(...inputs.map((input) => input.outpoint))),
    doubleSha256(crypto, uint32s(...inputs.map((input) => input.sequence))),
  );
  const tail = concatBytes(doubleSha256(crypto, outputBytes), uint32s(lockTime, SIGHASH_ALL));
  return (input, witnessScript, amountSats) =>
    doubleSha256(
      crypto,
      concatBytes(
        head,
        input.outpoint,
        encodeCompactSize(witnessScript.length),
        witnessScript,
        amountBytes(amountSats),
        uint32s(input.sequence),
        tail,
      ),
    );
};
