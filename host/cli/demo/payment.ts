/** The demo's payment: drafted from made-up coins, signed by a quorum, checked on its own path. */
import { type Outcome, ok } from "../../../protocol/errors.ts";
import { decodeRecords } from "../../../protocol/signature-record.ts";
import { checkTransaction, type CheckReport } from "../../control/index.ts";
import {
  askQuorum,
  type Draft,
  draftPsbt,
  type FinalTransaction,
  madeUpCoins,
  type QuorumEvent,
  readPsbt,
} from "../../vault/index.ts";
import type { Coin, Payment, Withdrawal } from "../../withdrawal.ts";
import type { ReadySigner } from "./signers.ts";
import type { DemoWallet } from "./wallet.ts";

/** So many inputs that a signer can be unplugged in the middle of them. */
const INPUTS = 4;
const FEE_RATE = 2;
/** More than this as a fee is refused by the final check, whatever the draft says. */
const MAX_FEE_SATS = 1_000_000;
/** Fewer signers than this on an input are refused, whatever the descriptor asks for. */
const MINIMUM_SIGNERS = 2;
/** On top of the payments: the fee of the largest transaction at `FEE_RATE`, and some change. */
const MARGIN_SATS = 500_000;
const CHANGE = { branch: 1, index: 0 } as const;

/** A draft and the coins it spends. */
export interface DemoDraft extends Draft {
  readonly payments: readonly Payment[];
  readonly coins: readonly Coin[];
}

/** One batched transaction for all that passed. */
export const draftPayments = (
  { wallet }: DemoWallet,
  withdrawals: readonly Withdrawal[],
): Outcome<DemoDraft> => {
  const payments = withdrawals.map(({ address, amountSats }) => ({ address, amountSats }));
  const total = payments.reduce((sum, { amountSats }) => sum + amountSats, 0);
  const amountSats = Math.ceil((total + MARGIN_SATS) / INPUTS);
  const coins = madeUpCoins({
    wallet,
    amountsSats: Array.from({ length: INPUTS }, () => amountSats),
    seedLabel: "mayfly demo",
  });
  const draft = draftPsbt({
    wallet,
    coins,
    payments,
    change: CHANGE,
    feeRate: FEE_RATE,
    minimumInputs: INPUTS,
  });
  return draft.ok ? ok({ ...draft.value, payments, coins }) : draft;
};

/** Two of the signers sign; the next in line takes over from one that fails. */
export const signDraft = async (
  draft: DemoDraft,
  { wallet, walletId }: DemoWallet,
  signers: readonly ReadySigner[],
  onEvent: (event: QuorumEvent) => void,
): Promise<Outcome<FinalTransaction>> => {
  const asked = signers.map(({ name, fingerprint, client }) => ({
    name,
    fingerprint,
    sign: async (psbt: Uint8Array) => {
      const reply = await client.signPsbt({ psbt, walletId });
      return reply.ok ? decodeRecords(reply.value.signatures) : reply;
    },
  }));
  const psbt = readPsbt(draft.psbt.toBuffer());
  if (!psbt.ok) return psbt;
  const signed = await askQuorum(psbt.value, asked, wallet.threshold, onEvent);
  return signed.ok ? psbt.value.finalise() : signed;
};

/** The final check: payments as approved; coins with the transactions that prove them. */
export const checkPayment = (
  draft: DemoDraft,
  { descriptor }: DemoWallet,
  { txHex }: FinalTransaction,
): CheckReport =>
  checkTransaction({
    txHex,
    descriptor,
    network: "regtest",
    prevouts: draft.prevouts.map((prevout, i) => ({
      ...prevout,
      previousTxHex: draft.coins[i]?.previousTxHex ?? "",
    })),
    payments: draft.payments,
    change:
      draft.changeVout === undefined ? undefined : { path: `${CHANGE.branch}/${CHANGE.index}` },
    maxFeeSats: MAX_FEE_SATS,
    minimumSigners: MINIMUM_SIGNERS,
  });
