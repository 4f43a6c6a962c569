/** What a transaction comes to: what leaves the wallet, what is left as the fee, and its limits. */
import { fail, ok, type Outcome } from "../../../protocol/errors.ts";
import { BITCOIN_LIMITS } from "../limits.ts";
import type { WalletPolicy } from "../wallet/wallet-policy.ts";
import type { ReviewedInputs } from "./inputs.ts";
import type { ReviewedOutput } from "./outputs.ts";

/** The sums. */
export interface Balance {
  /** What all inputs bring. */
  readonly totalInSats: number;
  /**
   * What the wallet has less afterwards, at most: payments and fee, but for what others bring.
   * What signatures leave to others to change does not return.
   */
  readonly leavingSats: number;
  /** What returns to the change branch. */
  readonly changeSats: number;
  readonly feeSats: number;
}

/** Why a transaction does not come out. */
export type BalanceError = "amount_out_of_range" | "outputs_exceed_inputs" | "fee_high";

const sumOf = (outputs: readonly ReviewedOutput[]): number =>
  outputs.reduce((sum, { amountSats }) => sum + amountSats, 0);

const isFeeHigh = (feeSats: number, totalInSats: number): boolean =>
  feeSats > BITCOIN_LIMITS.feeSats || feeSats * 100 > totalInSats * BITCOIN_LIMITS.feePercent;

/**
 * What leaves: with a signature that fixes the outputs, what the transaction takes, or what can be
 * taken without that signature (NONE and SINGLE with ANYONECANPAY) if that is more. Without one,
 * others may write outputs of their own: everything.
 */
const leavingOf = (
  { ownSats, areOutputsFixed, looseSats }: ReviewedInputs,
  backSats: number,
): number => (areOutputsFixed ? Math.max(0, ownSats - backSats, looseSats) : ownSats);

/** Weighs inputs against outputs: sums below 2^53, of at most 2,000 amounts below 2^51 each. */
export const balance = (
  inputs: ReviewedInputs,
  outputs: readonly ReviewedOutput[],
  { allows }: WalletPolicy,
): Outcome<Balance, BalanceError> => {
  const totalInSats = inputs.ownSats + inputs.foreignSats;
  let totalOut = 0;
  for (const { amountSats } of outputs) {
    totalOut += amountSats;
    if (totalOut > BITCOIN_LIMITS.amountSats) return fail("amount_out_of_range");
  }
  const feeSats = totalInSats - totalOut;
  if (feeSats < 0) return fail("outputs_exceed_inputs");
  if (isFeeHigh(feeSats, totalInSats) && !allows.includes("fee-high")) {
    return fail("fee_high", { feeSats, percent: Math.floor((100 * feeSats) / totalInSats) });
  }
  const back = outputs.filter(({ kind }) => kind !== "payment");
  const changeSats = sumOf(outputs.filter(({ kind }) => kind === "change"));
  const leavingSats = leavingOf(inputs, sumOf(back));
  return ok({ totalInSats, leavingSats, changeSats, feeSats });
};

/** Whether a fee is one that a wallet has to allow. */
export const isFeeNoted = ({ feeSats, totalInSats }: Balance): boolean =>
  isFeeHigh(feeSats, totalInSats);
