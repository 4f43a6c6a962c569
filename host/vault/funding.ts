/**
 * Made-up coins for the demo. They exist on no chain: each comes from a transaction that nobody
 * sent, spends an output that never was, and has a witness of noise. What is signed from them is
 * well-formed and verifies, and no node will ever take it.
 */

import { crypto, payments, Transaction } from "bitcoinjs-lib";
import { assert } from "../../protocol/errors.ts";
import type { Coin } from "../withdrawal.ts";
import type { Wallet } from "./wallet/index.ts";
import { VAULT_LIMITS } from "./wallet-limits.ts";

const OTHER_OUTPUT_SATS = 12_345n;
/** Lengths of a signature and a public key, so that the witness looks like P2WPKH's. */
const SIGNATURE_BYTES = 71;
const PUBLIC_KEY_BYTES = 33;

/** What to make up. */
export interface FundingRequest {
  /** Not a mainnet wallet. */
  readonly wallet: Wallet;
  /** One coin each, in sat; coin i pays receiving address i. */
  readonly amountsSats: readonly number[];
  /** The same label makes the same coins. */
  readonly seedLabel: string;
}

const noise = (label: string, length: number): Uint8Array => {
  const block = crypto.sha256(Buffer.from(label));
  return Uint8Array.from({ length }, (_, position) => block[position % block.length] ?? 0);
};

const otherOutput = (label: string): Uint8Array => {
  const { output } = payments.p2wpkh({ hash: noise(`${label}/other`, 20) });
  assert(output !== undefined, "20 bytes make a P2WPKH script");
  return output;
};

/** Coin `index`; every third shares its transaction with an output of somebody else before it. */
const makeUpCoin = (wallet: Wallet, amountSats: number, label: string, index: number): Coin => {
  const isValid =
    Number.isInteger(amountSats) && amountSats > 0 && amountSats <= VAULT_LIMITS.amountSats;
  assert(isValid, "a made-up coin has a whole amount of sat");
  const transaction = new Transaction();
  transaction.version = 2;
  transaction.addInput(noise(`${label}/outpoint`, 32), index % 4);
  transaction.setWitness(0, [
    noise(`${label}/signature`, SIGNATURE_BYTES),
    noise(`${label}/key`, PUBLIC_KEY_BYTES),
  ]);
  if (index % 3 === 1) transaction.addOutput(otherOutput(label), OTHER_OUTPUT_SATS);
  const { scriptPubKey } = wallet.address({ branch: 0, index });
  const vout = transaction.addOutput(scriptPubKey, BigInt(amountSats));
  return { branch: 0, index, previousTxHex: transaction.toHex(), vout, amountSats };
};

/**
 * Makes up coins for a wallet, the same ones for the same label: the demo's and the tests' only.
 * They exist on no chain. Throws for a mainnet wallet or an amount that is none.
 */
export const madeUpCoins = ({ wallet, amountsSats, seedLabel }: FundingRequest): Coin[] => {
  assert(wallet.network !== "mainnet", "no coins are made up for mainnet");
  return amountsSats.map((amountSats, index) =>
    makeUpCoin(wallet, amountSats, `mayfly made-up coin/${seedLabel}/${index}`, index),
  );
};
