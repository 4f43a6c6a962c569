/** Payments as the outputs they become, refused where no sane transaction could carry them. */

import { address, payments as templates } from "bitcoinjs-lib";
import { fail, ok, type Outcome } from "../../protocol/errors.ts";
import type { NetworkName, Payment } from "../withdrawal.ts";
import { dustLimitSats } from "./draft-size.ts";
import { NETWORKS } from "./wallet-curve.ts";
import { VAULT_LIMITS } from "./wallet-limits.ts";

/** An output of the draft. */
export interface DraftOutput {
  readonly script: Uint8Array;
  readonly amountSats: number;
}

/** Why payments are refused; `details.payment` is the position of the one at fault. */
export type PaymentError = "nothing_to_pay" | "request_malformed" | "amount_out_of_range";

const attempt = <T>(read: () => T): T | undefined => {
  try {
    return read();
  } catch {
    return undefined;
  }
};

/** Witness versions above Taproot's have no rules yet: anyone could take such a coin. */
const isUnruled = (text: string): boolean =>
  (attempt(() => address.fromBech32(text))?.version ?? 0) > 1;

const isLegacy = (script: Uint8Array): boolean =>
  attempt(() => templates.p2pkh({ output: script })) !== undefined ||
  attempt(() => templates.p2sh({ output: script })) !== undefined;

const readPayment = (
  payment: Payment,
  network: NetworkName,
): Outcome<DraftOutput, "request_malformed" | "amount_out_of_range"> => {
  const { amountSats } = payment;
  if (amountSats > VAULT_LIMITS.amountSats) return fail("amount_out_of_range");
  if (isUnruled(payment.address)) return fail("request_malformed");
  const script = attempt(() => address.toOutputScript(payment.address, NETWORKS[network]));
  if (script === undefined) return fail("request_malformed");
  const minimumSats = dustLimitSats(script.length, !isLegacy(script));
  if (!Number.isInteger(amountSats) || amountSats < minimumSats)
    return fail("request_malformed", { minimumSats });
  return ok({ script, amountSats });
};

/**
 * Turns payments into outputs, in their order.
 *
 * @returns `nothing_to_pay` for none; `request_malformed` for an address that isn't one of this
 * network (or of a witness version above 1), or an amount that isn't whole or is dust;
 * `amount_out_of_range` where one amount or the sum is above 21 million bitcoin
 */
export const readPayments = (
  payments: readonly Payment[],
  network: NetworkName,
): Outcome<readonly DraftOutput[], PaymentError> => {
  if (payments.length === 0) return fail("nothing_to_pay");
  const outputs: DraftOutput[] = [];
  let totalSats = 0;
  for (const [position, payment] of payments.entries()) {
    const output = readPayment(payment, network);
    if (!output.ok) return fail(output.error, { ...output.details, payment: position });
    totalSats += output.value.amountSats;
    if (totalSats > VAULT_LIMITS.amountSats)
      return fail("amount_out_of_range", { payment: position });
    outputs.push(output.value);
  }
  return ok(outputs);
};
