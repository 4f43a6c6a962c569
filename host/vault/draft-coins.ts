/** Coins as the inputs they become, checked against the transactions that made them. */

import { hex } from "@scure/base";
import { Transaction } from "bitcoinjs-lib";
import { fail, ok, type Outcome } from "../../protocol/errors.ts";
import type { Coin } from "../withdrawal.ts";
import { isWalletPath, type Wallet, type WalletAddress } from "./wallet/index.ts";
import { VAULT_LIMITS } from "./wallet-limits.ts";

/** A coin that is what it says, with all that its PSBT input needs. */
export interface DraftInput {
  readonly coin: Coin;
  /** 64 hex digits, in the order block explorers show. */
  readonly txid: string;
  readonly previousTx: Uint8Array;
  readonly owner: WalletAddress;
}

/** Why a coin is refused; `details.coin` is its position. */
export type CoinError =
  | "index_out_of_range"
  | "previous_transaction_mismatch"
  | "amount_mismatch"
  | "amount_out_of_range"
  | "input_repeated";

const readTransaction = (text: string): Transaction | undefined => {
  try {
    return Transaction.fromHex(text);
  } catch {
    return undefined;
  }
};

const readCoin = (coin: Coin, wallet: Wallet): Outcome<DraftInput, CoinError> => {
  if (!isWalletPath(coin)) return fail("index_out_of_range");
  const { amountSats } = coin;
  if (!Number.isInteger(amountSats) || amountSats <= 0 || amountSats > VAULT_LIMITS.amountSats)
    return fail("amount_out_of_range");
  const transaction = readTransaction(coin.previousTxHex);
  const output = transaction?.outs[coin.vout];
  if (transaction === undefined || output === undefined)
    return fail("previous_transaction_mismatch");
  const owner = wallet.address(coin);
  const isOwn = hex.encode(output.script) === hex.encode(owner.scriptPubKey);
  if (!isOwn || output.value !== BigInt(amountSats)) return fail("amount_mismatch");
  const previousTx = hex.decode(coin.previousTxHex);
  return ok({ coin, txid: transaction.getId(), previousTx, owner });
};

/**
 * A reader that checks coins one by one, so that only the coins a draft takes cost work, and that
 * refuses a coin it has seen.
 *
 * @returns a function of a coin and its position; `previous_transaction_mismatch` where the
 * previous transaction doesn't read or has no such output, `amount_mismatch` where that output
 * has another amount or isn't the wallet's, the other names as they say
 */
export const coinReader = (wallet: Wallet) => {
  const seen = new Set<string>();
  return (coin: Coin, position: number): Outcome<DraftInput, CoinError> => {
    const input = readCoin(coin, wallet);
    if (!input.ok) return fail(input.error, { coin: position });
    const outpoint = `${input.value.txid}:${coin.vout}`;
    if (seen.has(outpoint)) return fail("input_repeated", { coin: position });
    seen.add(outpoint);
    return input;
  };
};
