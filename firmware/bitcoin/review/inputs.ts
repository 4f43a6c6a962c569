/** The inputs' half of the review: every coin is proved by its previous transaction to be ours. */
import { fail, ok, type Outcome } from "../../../protocol/errors.ts";
import type { Crypto } from "../../hal.ts";
import { isSame } from "../encoding/bytes.ts";
import { BITCOIN_LIMITS } from "../limits.ts";
import type { Psbt, PsbtInput } from "../transaction/psbt.ts";
import { ownKey, type RegisteredWallet } from "../wallet/registered-wallet.ts";
import { type Found, findPlace } from "./wallet.ts";
import { createSegwitDigest } from "../transaction/sighash/segwit-v0.ts";
import { SIGHASH } from "../transaction/sighash/sighash-type.ts";
import type { Steps } from "../steps.ts";
import {
  type TransactionInput,
  type TransactionOutput,
  transactionIdSteps,
  transactionSteps,
} from "../transaction/transaction.ts";

/** An input that may be signed. */
export interface ReviewedInput {
  readonly index: number;
  /** From the master key: origin, branch, index. */
  readonly path: readonly number[];
  /** Which of the wallet's keys signs. */
  readonly keyIndex: number;
  /** 33 bytes: the key that signs. */
  readonly publicKey: Uint8Array;
  /** 32 bytes: what is signed. */
  readonly digest: Uint8Array;
  readonly amountSats: number;
}

/** Why an input is refused. */
export type InputError =
  | "psbt_malformed"
  | "amount_out_of_range"
  | "previous_transaction_missing"
  | "previous_transaction_mismatch"
  | "amount_mismatch"
  | "sighash_refused"
  | "input_foreign"
  | "input_repeated"
  | "script_mismatch";

const PREVIOUS_LIMITS = {
  inputs: BITCOIN_LIMITS.previousInputs,
  outputs: BITCOIN_LIMITS.previousOutputs,
} as const;

/**
 * The output that an input spends, read from the previous transaction itself.
 *
 * @yields where the previous transaction is a long one
 */
export function* readCoin(
  input: PsbtInput,
  spent: TransactionInput,
  crypto: Crypto,
): Steps<Outcome<TransactionOutput, InputError>> {
  const bytes = input.previousTransaction;
  if (bytes === undefined) return fail("previous_transaction_missing");
  if (bytes.length > BITCOIN_LIMITS.transactionBytes) return fail("psbt_malformed");
  const previous = yield* transactionSteps(bytes, "any", PREVIOUS_LIMITS);
  if (!previous.ok) {
    return fail(previous.error === "amount_out_of_range" ? previous.error : "psbt_malformed");
  }
  const coin = previous.value.outputs[spent.outputIndex];
  const id = yield* transactionIdSteps(previous.value, crypto);
  const isNamed = isSame(id, spent.outpoint.subarray(0, 32));
  if (!isNamed || coin === undefined) return fail("previous_transaction_mismatch");
  const { witnessUtxo } = input;
  if (witnessUtxo === undefined) return ok(coin);
  const agrees =
    witnessUtxo.amountSats === coin.amountSats && isSame(witnessUtxo.script, coin.script);
  return agrees ? ok(coin) : fail("amount_mismatch");
}

/** The coin's place in a wallet; undefined where it is not the wallet's. */
export const findCoin = (
  input: PsbtInput,
  coin: TransactionOutput,
  wallet: RegisteredWallet,
): Found | undefined => {
  const found = findPlace(input.derivations, [ownKey(wallet)], wallet);
  return found !== undefined && isSame(found.script.scriptPubKey, coin.script) ? found : undefined;
};

const checkScripts = (input: PsbtInput, found: Found): Outcome<Found, "script_mismatch"> => {
  const { witnessScript, hasRedeemScript } = input;
  const differs = witnessScript !== undefined && !isSame(witnessScript, found.script.scriptCode);
  return differs || hasRedeemScript ? fail("script_mismatch") : ok(found);
};

const findRepeated = (inputs: readonly TransactionInput[]): number | undefined => {
  const seen = new Set<string>();
  for (const [index, { outpoint }] of inputs.entries()) {
    const name = outpoint.toHex();
    if (seen.has(name)) return index;
    seen.add(name);
  }
  return undefined;
};

function* reviewInput(
  input: PsbtInput,
  spent: TransactionInput,
  wallet: RegisteredWallet,
  crypto: Crypto,
): Steps<Outcome<Found & { readonly amountSats: number }, InputError>> {
  const { sighashType } = input;
  if (sighashType !== undefined && sighashType !== SIGHASH.all) return fail("sighash_refused");
  const coin = yield* readCoin(input, spent, crypto);
  if (!coin.ok) return coin;
  const found = findCoin(input, coin.value, wallet);
  if (found === undefined) return fail("input_foreign");
  const checked = checkScripts(input, found);
  return checked.ok ? ok({ ...found, amountSats: coin.value.amountSats }) : checked;
}

/**
 * Reviews all inputs against one wallet, one a step; a refusal's details name the `input`.
 *
 * @yields after each input, and within one whose previous transaction is long
 */
export function* reviewInputs(
  psbt: Psbt,
  wallet: RegisteredWallet,
  crypto: Crypto,
): Steps<Outcome<readonly ReviewedInput[], InputError>> {
  const { transaction } = psbt;
  const repeated = findRepeated(transaction.inputs);
  if (repeated !== undefined) return fail("input_repeated", { input: repeated });
  const digestOf = createSegwitDigest(transaction, crypto);
  const { originPath } = ownKey(wallet);
  const keyIndex = wallet.ownKeyIndex;
  const reviewed: ReviewedInput[] = [];
  for (const [index, spent] of transaction.inputs.entries()) {
    const input = psbt.inputs[index];
    if (input === undefined) return fail("psbt_malformed", { input: index });
    const found = yield* reviewInput(input, spent, wallet, crypto);
    if (!found.ok) return fail(found.error, { input: index });
    const { branch, index: leaf, script, amountSats } = found.value;
    const publicKey = script.publicKeys[keyIndex];
    if (publicKey === undefined) return fail("input_foreign", { input: index });
    const digest = digestOf(index, script.scriptCode, amountSats);
    const path = [...originPath, branch, leaf];
    reviewed.push({ index, path, keyIndex, publicKey, digest, amountSats });
    yield;
  }
  return ok(reviewed);
}
