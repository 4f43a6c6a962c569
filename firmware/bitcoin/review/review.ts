/**
 * The review of a transaction: from the bytes of a PSBT to what a person is shown and what is
 * signed, or to a refusal by name. Pure: it holds no key, shows nothing, signs nothing, and says
 * nothing about limits of spending. What it returns is true of the transaction whatever the PSBT
 * claims: amounts come from previous transactions, scripts from the registered wallet. The work
 * comes in steps, so that whoever runs it may do something else between two of them, or stop.
 */
import { fail, ok, type Outcome } from "../../../protocol/errors.ts";
import type { Screen } from "../../hal.ts";
import { isSame } from "../encoding/bytes.ts";
import { BITCOIN_LIMITS } from "../limits.ts";
import { type Psbt, type PsbtError, readPsbtSteps } from "../transaction/psbt.ts";
import { findCoin, type InputError, type ReviewedInput, readCoin, reviewInputs } from "./inputs.ts";
import {
  type OutputContext,
  type OutputError,
  type ReviewedOutput,
  reviewOutputs,
} from "./outputs.ts";
import { transactionScreenSteps } from "./screens.ts";
import type { RegisteredWallet } from "../wallet/registered-wallet.ts";
import { finish, type Steps } from "../steps.ts";
import { transactionIdSteps } from "../transaction/transaction.ts";

/** What the review needs besides the PSBT and the wallets. */
export type ReviewContext = OutputContext;

/** A transaction that may be shown and signed. */
export interface Review {
  readonly wallet: RegisteredWallet;
  readonly inputs: readonly ReviewedInput[];
  readonly outputs: readonly ReviewedOutput[];
  readonly feeSats: number;
  readonly totalInSats: number;
  /** What is paid to others, and the fee: the number on the first screen. */
  readonly leavingSats: number;
  /** 32 bytes, in hash order: the transaction's, also once it is signed (segwit inputs only). */
  readonly txid: Uint8Array;
  /** To be shown in order, all of them, before anything is signed. */
  readonly screens: readonly Screen[];
}

/** Why a transaction is refused. */
export type ReviewError =
  | PsbtError
  | InputError
  | OutputError
  | "wallet_unknown"
  | "outputs_exceed_inputs";

/**
 * The wallet that owns the first input; one wallet a step.
 *
 * @yields before each wallet
 */
function* findOwner(
  psbt: Psbt,
  wallets: readonly RegisteredWallet[],
  context: ReviewContext,
): Steps<Outcome<RegisteredWallet, ReviewError>> {
  const [input] = psbt.inputs;
  const [spent] = psbt.transaction.inputs;
  if (input === undefined || spent === undefined) return fail("psbt_unsupported");
  const coin = yield* readCoin(input, spent, context.crypto);
  if (!coin.ok) return fail(coin.error, { input: 0 });
  for (const wallet of wallets) {
    yield;
    if (findCoin(input, coin.value, wallet) !== undefined) return ok(wallet);
  }
  return fail("wallet_unknown");
}

const findNamed = (
  wallets: readonly RegisteredWallet[],
  id: Uint8Array,
): Outcome<RegisteredWallet, ReviewError> => {
  const named = wallets.find((wallet) => isSame(wallet.id, id));
  return named === undefined ? fail("wallet_unknown") : ok(named);
};

/** A sum of amounts; no sum is above all the bitcoin there is. */
const sum = (
  items: readonly { readonly amountSats: number }[],
): Outcome<number, "amount_out_of_range"> => {
  let total = 0;
  for (const { amountSats } of items) {
    total += amountSats;
    if (total > BITCOIN_LIMITS.amountSats) return fail("amount_out_of_range");
  }
  return ok(total);
};

/** What the inputs bring, what of it leaves the wallet, and what is left as the fee. */
const balance = (
  inputs: readonly ReviewedInput[],
  outputs: readonly ReviewedOutput[],
): Outcome<Pick<Review, "totalInSats" | "leavingSats" | "feeSats">, ReviewError> => {
  const totalIn = sum(inputs);
  if (!totalIn.ok) return totalIn;
  const totalOut = sum(outputs);
  if (!totalOut.ok) return totalOut;
  const feeSats = totalIn.value - totalOut.value;
  if (feeSats < 0) return fail("outputs_exceed_inputs");
  const paid = outputs.filter(({ kind }) => kind === "payment");
  const leavingSats = paid.reduce((total, { amountSats }) => total + amountSats, feeSats);
  return ok({ totalInSats: totalIn.value, leavingSats, feeSats });
};

/**
 * Reviews a PSBT against the wallet that `walletId` names (32 bytes), or without one against the
 * registered wallet that owns the first input. Details name the `input` or `output` at fault. A
 * transaction without inputs or without outputs is `psbt_unsupported`. Reading takes a step for
 * some of the maps; every wallet that is looked through, every input and every output is one, or
 * several where it is long.
 *
 * @yields after each step
 */
export function* reviewSteps(
  bytes: Uint8Array,
  wallets: readonly RegisteredWallet[],
  walletId: Uint8Array | undefined,
  context: ReviewContext,
): Steps<Outcome<Review, ReviewError>> {
  const psbt = yield* readPsbtSteps(bytes);
  if (!psbt.ok) return psbt;
  const { transaction } = psbt.value;
  if (transaction.inputs.length === 0) return fail("psbt_unsupported", { inputs: 0 });
  if (transaction.outputs.length === 0) return fail("psbt_unsupported", { outputs: 0 });
  yield;
  const wallet =
    walletId === undefined
      ? yield* findOwner(psbt.value, wallets, context)
      : findNamed(wallets, walletId);
  if (!wallet.ok) return wallet;
  // Other kinds have other digests.
  if (wallet.value.policy.kind !== "wsh") return fail("psbt_unsupported");
  const inputs = yield* reviewInputs(psbt.value, wallet.value, context.crypto);
  if (!inputs.ok) return inputs;
  const outputs = yield* reviewOutputs(psbt.value, wallet.value, context);
  if (!outputs.ok) return outputs;
  const totals = balance(inputs.value, outputs.value);
  if (!totals.ok) return totals;
  const screens = yield* transactionScreenSteps({
    walletName: wallet.value.policy.name,
    transaction,
    inputs: inputs.value,
    outputs: outputs.value,
    feeSats: totals.value.feeSats,
  });
  return ok({
    wallet: wallet.value,
    inputs: inputs.value,
    outputs: outputs.value,
    ...totals.value,
    txid: yield* transactionIdSteps(transaction, context.crypto),
    screens,
  });
}

/** All the steps of a review at once. */
export const review = (...args: Parameters<typeof reviewSteps>): Outcome<Review, ReviewError> =>
  finish(reviewSteps(...args));
