/** The points about what is paid: each gives why it does not hold. */

import type { NetworkName, Payment } from "../../withdrawal.ts";
import { CONTROL_LIMITS } from "../limits.ts";
import { scriptOfAddress } from "../network.ts";
import { deriveScript, parsePath, type Wallet } from "./descriptor.ts";
import type { Objection } from "./input-points.ts";
import type { CheckRequest } from "./report.ts";
import { type Spend, satsOf } from "./spends.ts";
import type { TransactionOutput, TransactionView } from "./transaction.ts";

/** The outputs sorted out: approved payments that no output makes, and outputs beside payments. */
export interface Settlement {
  readonly unpaid: readonly Payment[];
  readonly others: readonly TransactionOutput[];
}

const keyOf = (scriptHex: string, amountSats: bigint): string => `${scriptHex}:${amountSats}`;

const keyOfPayment = ({ address, amountSats }: Payment, network: NetworkName): string => {
  const script = scriptOfAddress(address, network);
  const amount = satsOf(amountSats);
  return script === undefined || amount === undefined ? "unreadable" : keyOf(script, amount);
};

/** Matches each approved payment with one output of exactly its script and amount. */
export const settle = (
  outputs: readonly TransactionOutput[],
  payments: readonly Payment[],
  network: NetworkName,
): Settlement => {
  const due = Map.groupBy(payments, (payment) => keyOfPayment(payment, network));
  const others = outputs.filter(({ scriptHex, amountSats }) => {
    const matching = due.get(keyOf(scriptHex, amountSats));
    return matching?.pop() === undefined;
  });
  return { unpaid: [...due.values()].flat(), others };
};

/** The script of the wallet's change; `undefined` where the path is not one on branch 1. */
export const changeScript = (
  wallet: Wallet | undefined,
  change: CheckRequest["change"],
): string | undefined => {
  const path = change === undefined ? undefined : parsePath(change.path);
  return wallet === undefined || path?.branch !== 1
    ? undefined
    : deriveScript(wallet, path)?.scriptHex;
};

/** Every approved payment is made exactly once, and no output is anything else but the change. */
export const judgePayments = (
  { unpaid, others }: Settlement,
  change: string | undefined,
): Objection => {
  const [missing] = unpaid;
  if (missing !== undefined) {
    return `No output pays ${missing.amountSats} satoshi to ${missing.address}.`;
  }
  const stranger = others.find(({ scriptHex }) => scriptHex !== change);
  if (stranger !== undefined) {
    return `An output of ${stranger.amountSats} satoshi is neither approved nor the change.`;
  }
  return others.length > 1 ? "More than one output pays the change." : undefined;
};

/** Where change is agreed on, an output pays the wallet's branch 1; elsewhere none is left over. */
export const judgeChange = (
  { others }: Settlement,
  requested: CheckRequest["change"],
  change: string | undefined,
): Objection => {
  if (requested === undefined) {
    return others.length === 0 ? undefined : "There is an output beside the payments.";
  }
  if (change === undefined) return `No change script can be derived at ${requested.path}.`;
  return others.some(({ scriptHex }) => scriptHex === change)
    ? undefined
    : "No output pays the wallet's change script.";
};

const sum = (amounts: readonly bigint[]): bigint =>
  amounts.reduce((total, amount) => total + amount, 0n);

/** The fee is above zero, at most the agreed one, and its rate is not absurd. */
export const judgeFee = (
  spends: readonly Spend[],
  { outputs, virtualBytes }: TransactionView,
  maxFeeSats: number,
): Objection => {
  const amounts = spends.flatMap(({ listed }) => satsOf(listed[0]?.amountSats ?? -1) ?? []);
  const most = satsOf(maxFeeSats);
  if (amounts.length < spends.length) return "The amount of an input is not known.";
  if (most === undefined) return "The bound of the fee is not an amount.";
  const fee = sum(amounts) - sum(outputs.map(({ amountSats }) => amountSats));
  if (fee <= 0n) return `The fee is not positive: ${fee} satoshi.`;
  if (fee > most) return `The fee of ${fee} satoshi is above the bound of ${most}.`;
  const rate = CONTROL_LIMITS.feeRateSatsPerVbyte;
  return fee > BigInt(rate) * BigInt(virtualBytes)
    ? `The fee of ${fee} satoshi is above ${rate} satoshi per virtual byte.`
    : undefined;
};
