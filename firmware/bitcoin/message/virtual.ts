/**
 * The two transactions of BIP-322 ("Full") that exist on no chain: `to_spend` holds a message and
 * an address, `to_sign` spends it. What signs `to_sign` can never move a coin: every signature
 * commits to an outpoint of `to_spend`, whose own input is the null outpoint. Only a block's first
 * transaction may have that, and it begins with the block's height (BIP-34), which 0 is not again.
 * Only a signature that leaves the other inputs out (ANYONECANPAY) would be free of it, so none of
 * that type is ever made here.
 */
import type { Crypto } from "../../hal.ts";
import { concatBytes, doubleSha256 } from "../encoding/bytes.ts";
import { createTaggedHash } from "../encoding/tagged-hash.ts";
import {
  outputBytesOf,
  sizedScript,
  type Transaction,
  type TransactionOutput,
  uint32s,
} from "../transaction/transaction.ts";

const TAG = "BIP0322-signed-message";
/** `OP_0` and a push of 32 bytes: the message's hash follows. */
const HASH_PUSH = Uint8Array.of(0x00, 0x20);
const NO_TRANSACTION = new Uint8Array(32);
const NO_OUTPUT = 0xffff_ffff;
const ONE = Uint8Array.of(1);

/** The only output of `to_sign`: `OP_RETURN` and no amount. */
export const PROOF_OUTPUT: TransactionOutput = { amountSats: 0, script: Uint8Array.of(0x6a) };

/** BIP-340's tagged hash of a message under BIP-322's tag: 32 bytes. */
export const messageHash = (message: Uint8Array, crypto: Crypto): Uint8Array =>
  createTaggedHash(TAG, crypto)(message);

/** The id of `to_spend`, in hash order: 32 bytes. */
export const toSpendId = (
  message: Uint8Array,
  scriptPubKey: Uint8Array,
  crypto: Crypto,
): Uint8Array =>
  doubleSha256(
    crypto,
    concatBytes(
      uint32s(0),
      ONE,
      NO_TRANSACTION,
      uint32s(NO_OUTPUT),
      sizedScript(concatBytes(HASH_PUSH, messageHash(message, crypto))),
      uint32s(0),
      ONE,
      outputBytesOf({ amountSats: 0, script: scriptPubKey }),
      uint32s(0),
    ),
  );

/** Output 0 of `to_spend` as an outpoint: 36 bytes. */
export const challengeOutpoint = (
  message: Uint8Array,
  scriptPubKey: Uint8Array,
  crypto: Crypto,
): Uint8Array => concatBytes(toSpendId(message, scriptPubKey, crypto), uint32s(0));

/** `to_sign` of a message alone, unsigned: version, lock time and sequence are 0. */
export const toSign = (
  message: Uint8Array,
  scriptPubKey: Uint8Array,
  crypto: Crypto,
): Transaction => ({
  version: 0,
  lockTime: 0,
  outpoints: challengeOutpoint(message, scriptPubKey, crypto),
  sequences: Uint32Array.of(0),
  outputs: [PROOF_OUTPUT],
});
