/**
 * The review of a transaction: from a PSBT that was read to what a person is shown and what is
 * signed, or to a refusal by name. Pure: it holds no key, shows nothing, signs nothing, and says
 * nothing about limits of spending. What it returns is true of the transaction whatever the PSBT
 * claims: amounts come from previous transactions, scripts from the registered wallet. The work
 * comes in steps, so that whoever runs it may do something else between two of them, or stop.
 */
import type { WishfulSteps } from "../../signing/work.ts";
import { fail, ok, type Outcome } from "../../../protocol/errors.ts";
import type { Screen } from "../../hal.ts";
import { isSame } from "../encoding/bytes.ts";
import type { PsbtError } from "../psbt/refusal.ts";
import { parsePsbt, type Psbt } from "../psbt/psbt.ts";
import { finish, type Steps } from "../steps.ts";
import { transactionIdSteps } from "../transaction/transaction-id.ts";
import type { RegisteredWallet } from "../wallet/registered-wallet.ts";
import { type Balance, balance, type BalanceError } from "./balance.ts";
import { transactionOf } from "./digests.ts";
import { type InputError, type ReviewedInputs, reviewInputs } from "./inputs.ts";
import { findOwner } from "./owner.ts";
import {
  type OutputContext,
  type OutputError,
  type ReviewedOutput,
  reviewOutputs,
} from "./outputs.ts";
import { transactionScreenSteps } from "./screens.ts";
import { signedPartSteps } from "./signed-part.ts";
import { signedSize } from "./spend-size.ts";

/** What the review needs besides the PSBT and the wallets. */
export type ReviewContext = OutputContext;

/** A transaction that may be shown and signed. */
export interface Review extends Balance {
  readonly wallet: RegisteredWallet;
  /** The inputs, and with `tasks` the digests that are signed. */
  readonly inputs: ReviewedInputs;
  /** All outputs; those of kind `change` return unsaid. */
  readonly outputs: readonly ReviewedOutput[];
  /** Satoshis for a virtual byte of the signed transaction, as near as is known before. */
  readonly feeRate: number;
  /** 32 bytes, in hash order: the unsigned transaction's, and of segwit inputs the signed one's. */
  readonly txid: Uint8Array;
  /** 32 bytes: what of the transaction is signed. */
  readonly part: Uint8Array;
  /** To be shown in order, all of them, before anything is signed. */
  readonly screens: readonly Screen[];
}

/** Why there is no wallet to review with. */
type WalletError = "wallet_unknown" | "previous_transaction_missing";

/** Why a transaction is refused. */
export type ReviewError = PsbtError | InputError | OutputError | BalanceError | WalletError;

const findNamed = (
  wallets: readonly RegisteredWallet[],
  id: Uint8Array,
): Outcome<RegisteredWallet, "wallet_unknown"> => {
  const named = wallets.find((wallet) => isSame(wallet.id, id));
  return named === undefined ? fail("wallet_unknown") : ok(named);
};

/**
 * Balance, screens and size of what was judged.
 *
 * @yields after some of the outputs each
 */
function* conclude(
  psbt: Psbt,
  wallet: RegisteredWallet,
  inputs: ReviewedInputs,
  outputs: readonly ReviewedOutput[],
  ids: Pick<Review, "txid" | "part">,
): Steps<Outcome<Review, ReviewError>> {
  const sums = balance(inputs, outputs, wallet.policy);
  if (!sums.ok) return sums;
  const size = signedSize(psbt, wallet, inputs);
  const screens = yield* transactionScreenSteps({
    walletName: wallet.policy.name,
    transaction: transactionOf(psbt),
    inputs,
    outputs,
    balance: sums.value,
    size,
  });
  const feeRate = sums.value.feeSats / size;
  return ok({ wallet, inputs, outputs, ...sums.value, feeRate, ...ids, screens });
}

/**
 * Reviews a PSBT against the wallet that `walletId` names (32 bytes), or without one against the
 * registered wallet that owns the first input. Details name the `input` or `output` at fault. A
 * transaction without inputs or without outputs is `psbt_unsupported`. Every wallet that is looked
 * through, every input and every output is a step. A PSBT is reviewed once: what was read of its
 * inputs gives its place to what is signed.
 *
 * @yields after each step, and now and then the keys that will be needed next
 */
export function* reviewSteps(
  psbt: Psbt,
  wallets: readonly RegisteredWallet[],
  walletId: Uint8Array | undefined,
  context: ReviewContext,
): WishfulSteps<Outcome<Review, ReviewError>> {
  if (psbt.inputs.count() === 0) return fail("psbt_unsupported", { inputs: 0 });
  if (psbt.outputs.length === 0) return fail("psbt_unsupported", { outputs: 0 });
  const wallet =
    walletId === undefined
      ? yield* findOwner(psbt, wallets, context.crypto)
      : findNamed(wallets, walletId);
  if (!wallet.ok) return wallet;
  const txid = yield* transactionIdSteps(transactionOf(psbt), context.crypto);
  const inputs = yield* reviewInputs(psbt, wallet.value, context.crypto);
  if (!inputs.ok) return inputs;
  const { highestIndex } = inputs.value;
  const outputs = yield* reviewOutputs(psbt.outputs, wallet.value, highestIndex, context);
  if (!outputs.ok) return outputs;
  const part = yield* signedPartSteps(psbt.inputs, context.crypto);
  return yield* conclude(psbt, wallet.value, inputs.value, outputs.value, { txid, part });
}

/** Reads and reviews a PSBT, all the steps at once. */
export const review = (
  bytes: Uint8Array,
  wallets: readonly RegisteredWallet[],
  walletId: Uint8Array | undefined,
  context: ReviewContext,
): Outcome<Review, ReviewError> => {
  const psbt = parsePsbt(bytes, context);
  return psbt.ok ? finish(reviewSteps(psbt.value, wallets, walletId, context)) : psbt;
};
