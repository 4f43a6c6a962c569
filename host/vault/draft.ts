/**
 * Drafting: coins and payments become an unsigned PSBT (BIP-174) that carries all a signer checks.
 * Pure and deterministic; what may be paid, and to whom, is decided elsewhere.
 */

import { hex } from "@scure/base";
import { Psbt } from "bitcoinjs-lib";
import { fail, ok, type Outcome } from "../../protocol/errors.ts";
import type { Coin, Payment, WalletPath } from "../withdrawal.ts";
import { type Balance, type BalanceTerms, settle } from "./draft-balance.ts";
import { type CoinError, coinReader, type DraftInput } from "./draft-coins.ts";
import { type DraftOutput, type PaymentError, readPayments } from "./draft-payments.ts";
import { inputWeight } from "./draft-input-size.ts";
import { dustLimitSats } from "./draft-size.ts";
import {
  inputFields,
  isScriptHash,
  isSpentByWitness,
  isWalletPath,
  outputFields,
  type Wallet,
  type WalletAddress,
} from "./wallet/index.ts";
import { NETWORKS } from "./wallet-curve.ts";
import { VAULT_LIMITS } from "./wallet-limits.ts";

/** Signals that the fee may be raised (BIP-125) and sets no relative lock time (BIP-68). */
const SEQUENCE = 0xffff_fffd;
const VERSION = 2;

/** What to draft. */
export interface DraftRequest {
  readonly wallet: Wallet;
  /** In the order in which they are to be spent. */
  readonly coins: readonly Coin[];
  /** In the order of the outputs; change comes last. */
  readonly payments: readonly Payment[];
  /** Where change goes. */
  readonly change: WalletPath;
  /** sat/vB, above 0 and at most `VAULT_LIMITS.feeRate`. */
  readonly feeRate: number;
  /** Takes at least so many coins, if there are so many. */
  readonly minimumInputs?: number;
  /** Weight units; `VAULT_LIMITS.transactionWeight` unless given. */
  readonly maximumWeight?: number;
}

/** A coin the draft spends, as the final check and the demo's last line name it. */
export interface Prevout {
  /** 64 hex digits, in the order block explorers show. */
  readonly txid: string;
  readonly vout: number;
  readonly amountSats: number;
  readonly scriptHex: string;
  /** Below the wallet's keys: `branch/index`, such as `0/7`. */
  readonly path: string;
}

/** A draft, ready for the signers. */
export interface Draft {
  readonly psbt: Psbt;
  /** In the order of the inputs. */
  readonly prevouts: readonly Prevout[];
  readonly feeSats: number;
  /** 0 where there is no change output. */
  readonly changeSats: number;
  /** The change output's position. */
  readonly changeVout: number | undefined;
  /** Virtual bytes the signed transaction has at most. */
  readonly vsize: number;
}

/** Why nothing was drafted. */
export type DraftError =
  | PaymentError
  | CoinError
  | "arguments_invalid"
  | "too_many_inputs"
  | "funds_insufficient";

interface Choice extends Balance {
  readonly inputs: readonly DraftInput[];
}

/** What the coins taken so far come to. */
const settleTaken = (
  terms: BalanceTerms,
  inputs: readonly DraftInput[],
  inputSats: number,
): Outcome<Choice, DraftError> => {
  if (inputSats > VAULT_LIMITS.amountSats) return fail("amount_out_of_range");
  const maximum = terms.hasWitness ? VAULT_LIMITS.inputs : VAULT_LIMITS.legacyInputs;
  if (inputs.length > maximum) return fail("too_many_inputs", { inputs: inputs.length });
  const balance = settle(terms, inputs.length, inputSats);
  return balance.ok ? ok({ ...balance.value, inputs }) : balance;
};

/** Takes coins in order until they cover payments and fee and are as many as wanted. */
const chooseCoins = (request: DraftRequest, terms: BalanceTerms): Outcome<Choice, DraftError> => {
  const wanted = Math.min(request.minimumInputs ?? 1, request.coins.length);
  const readCoin = coinReader(request.wallet);
  const inputs: DraftInput[] = [];
  let inputSats = 0;
  let choice = settleTaken(terms, inputs, inputSats);
  for (const [position, coin] of request.coins.entries()) {
    const input = readCoin(coin, position);
    if (!input.ok) return input;
    inputs.push(input.value);
    inputSats += coin.amountSats;
    choice = settleTaken(terms, inputs, inputSats);
    const isShort = !choice.ok && choice.error === "funds_insufficient";
    if (!isShort && inputs.length >= wanted) break;
  }
  return choice;
};

const inputOf = ({ coin, txid, previousTx, owner }: DraftInput) => ({
  hash: txid,
  index: coin.vout,
  sequence: SEQUENCE,
  ...inputFields(owner, previousTx, coin.amountSats),
});

/**
 * Goes past `psbt.addInput`, which looks at all earlier inputs again (2,000 inputs took 17 s), and
 * has bitcoinjs-lib check the whole at the end instead.
 */
const assemble = (
  { wallet }: DraftRequest,
  outputs: readonly DraftOutput[],
  change: WalletAddress,
  { inputs, changeSats }: Choice,
): Psbt => {
  const psbt = new Psbt().setVersion(VERSION);
  for (const input of inputs) psbt.data.addInput(inputOf(input));
  for (const { script, amountSats } of outputs)
    psbt.data.addOutput({ script, value: BigInt(amountSats) });
  if (changeSats > 0) {
    psbt.data.addOutput({
      script: change.scriptPubKey,
      value: BigInt(changeSats),
      ...outputFields(change),
    });
  }
  return Psbt.fromBuffer(psbt.toBuffer(), { network: NETWORKS[wallet.network] });
};

const prevoutOf = ({ coin, txid, owner }: DraftInput): Prevout => ({
  txid,
  vout: coin.vout,
  amountSats: coin.amountSats,
  scriptHex: hex.encode(owner.scriptPubKey),
  path: `${coin.branch}/${coin.index}`,
});

/** Whether nodes can tell that a witness will spend it, and so ask for less. */
const isKnownWitness = ({ kind }: WalletAddress): boolean =>
  isSpentByWitness(kind) && !isScriptHash(kind);

const termsOf = (
  request: DraftRequest,
  outputs: readonly DraftOutput[],
  change: WalletAddress,
): BalanceTerms => ({
  inputWeight: inputWeight(change, request.wallet.threshold),
  hasWitness: isSpentByWitness(change.kind),
  paymentScriptBytes: outputs.map(({ script }) => script.length),
  changeScriptBytes: change.scriptPubKey.length,
  dustChangeSats: dustLimitSats(change.scriptPubKey.length, isKnownWitness(change)),
  paymentSats: outputs.reduce((sum, { amountSats }) => sum + amountSats, 0),
  feeRate: request.feeRate,
  maximumWeight: request.maximumWeight ?? VAULT_LIMITS.transactionWeight,
});

/**
 * Drafts a transaction: version 2, payments in their order, change last, change below
 * the dust limit left to the fee. Inputs and change carry what `inputFields` and `outputFields`
 * say.
 *
 * @returns `funds_insufficient` with `missingSats`; `arguments_invalid` for a fee rate out of
 * range; `index_out_of_range` for a change path that isn't one; `too_many_inputs` for a
 * transaction that is too heavy or has too many inputs; coins and payments are refused as
 * `coinReader` and `readPayments` say. Coins after the last one taken are not looked at.
 */
export const draftPsbt = (request: DraftRequest): Outcome<Draft, DraftError> => {
  const { wallet, feeRate } = request;
  if (!(feeRate > 0 && feeRate <= VAULT_LIMITS.feeRate)) return fail("arguments_invalid");
  if (!isWalletPath(request.change)) return fail("index_out_of_range");
  const outputs = readPayments(request.payments, wallet.network);
  if (!outputs.ok) return outputs;
  const change = wallet.address(request.change);
  const choice = chooseCoins(request, termsOf(request, outputs.value, change));
  if (!choice.ok) return choice;
  const { inputs, feeSats, changeSats, vsize } = choice.value;
  return ok({
    psbt: assemble(request, outputs.value, change, choice.value),
    prevouts: inputs.map(prevoutOf),
    feeSats,
    changeSats,
    changeVout: changeSats > 0 ? outputs.value.length : undefined,
    vsize,
  });
};
