/**
 * The arithmetic of a draft: which coins it takes, what it pays in fees and what comes back. All
 * amounts are whole sat below 2^53.
 */

import { fail, ok, type Outcome } from "../../protocol/errors.ts";
import { transactionWeight, virtualBytes } from "./draft-size.ts";

/** What the balance depends on besides the coins. */
export interface BalanceTerms {
  /** Weight units of each input. */
  readonly inputWeight: number;
  /** Whether a witness spends the inputs. */
  readonly hasWitness: boolean;
  /** Length of each payment's scriptPubKey. */
  readonly paymentScriptBytes: readonly number[];
  readonly changeScriptBytes: number;
  /** sat: change below this is left to the fee. */
  readonly dustChangeSats: number;
  readonly paymentSats: number;
  /** sat/vB. */
  readonly feeRate: number;
  /** Weight units; a heavier transaction is refused. */
  readonly maximumWeight: number;
}

/** A draft that adds up: inputs = payments + `changeSats` + `feeSats`. */
export interface Balance {
  readonly feeSats: number;
  /** 0, or at least the terms' `dustChangeSats`. */
  readonly changeSats: number;
  /** Virtual bytes once signed; the signed transaction has at most so many. */
  readonly vsize: number;
}

const weigh = (terms: BalanceTerms, inputs: number, isWithChange: boolean): number =>
  transactionWeight(
    inputs,
    terms.inputWeight,
    isWithChange
      ? [...terms.paymentScriptBytes, terms.changeScriptBytes]
      : terms.paymentScriptBytes,
    terms.hasWitness,
  );

const feeFor = (weight: number, feeRate: number): number =>
  Math.ceil(virtualBytes(weight) * feeRate);

/**
 * Settles a draft with so many inputs worth so much: change if it is worth an output, else the
 * rest goes to the fee.
 *
 * @returns `funds_insufficient` with the amount that is missing; `too_many_inputs` where the
 * transaction would be too heavy
 */
export const settle = (
  terms: BalanceTerms,
  inputs: number,
  inputSats: number,
): Outcome<Balance, "funds_insufficient" | "too_many_inputs"> => {
  const bare = weigh(terms, inputs, false);
  const restSats = inputSats - terms.paymentSats;
  const missingSats = feeFor(bare, terms.feeRate) - restSats;
  if (missingSats > 0) return fail("funds_insufficient", { missingSats });
  const withChange = weigh(terms, inputs, true);
  const changeFeeSats = feeFor(withChange, terms.feeRate);
  const hasChange = restSats - changeFeeSats >= terms.dustChangeSats;
  const weight = hasChange ? withChange : bare;
  if (weight > terms.maximumWeight) return fail("too_many_inputs", { inputs, weight });
  const feeSats = hasChange ? changeFeeSats : restSats;
  return ok({ feeSats, changeSats: restSats - feeSats, vsize: virtualBytes(weight) });
};
