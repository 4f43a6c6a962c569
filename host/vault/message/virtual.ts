/**
 * The two transactions of BIP-322 ("Full") that no chain has: `to_spend` holds a message and an
 * address, `to_sign` spends it. Written without a look at the device's.
 */

import { crypto, script, Transaction } from "bitcoinjs-lib";

const TAG = crypto.sha256(new TextEncoder().encode("BIP0322-signed-message"));
const NO_TRANSACTION = new Uint8Array(32);
const NO_OUTPUT = 0xffff_ffff;
const OP_RETURN = 0x6a;

/** What `to_sign` may have beside its defaults (BIP-322, "Full"); 0 each unless told. */
export interface ToSignOptions {
  readonly version?: number;
  readonly lockTime?: number;
  readonly sequence?: number;
}

/** The script of `to_sign`'s only output. */
export const PROOF_SCRIPT: Uint8Array = Uint8Array.of(OP_RETURN);

/** BIP-340's tagged hash of the message's UTF-8 under BIP-322's tag: 32 bytes. */
export const messageHash = (message: string): Uint8Array =>
  crypto.sha256(Buffer.concat([TAG, TAG, new TextEncoder().encode(message)]));

/** `to_spend` of a message and the address of an output script. */
export const toSpendOf = (message: string, scriptPubKey: Uint8Array): Transaction => {
  const transaction = new Transaction();
  transaction.version = 0;
  const proof = script.compile([0, messageHash(message)]);
  transaction.addInput(NO_TRANSACTION, NO_OUTPUT, 0, proof);
  transaction.addOutput(scriptPubKey, 0n);
  return transaction;
};

/** `to_sign`, unsigned. */
export const toSignOf = (
  message: string,
  scriptPubKey: Uint8Array,
  { version = 0, lockTime = 0, sequence = 0 }: ToSignOptions = {},
): Transaction => {
  const transaction = new Transaction();
  transaction.version = version;
  transaction.locktime = lockTime;
  transaction.addInput(toSpendOf(message, scriptPubKey).getHash(), 0, sequence);
  transaction.addOutput(PROOF_SCRIPT, 0n);
  return transaction;
};
