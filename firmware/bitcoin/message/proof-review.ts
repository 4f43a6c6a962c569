/**
 * The review of a proof of funds: the coins are judged like any that are spent, by a wallet that
 * allows nothing, so that what is signed commits to every input and can spend none of them.
 */
import type { WishfulSteps } from "../../signing/work.ts";
import { fail, ok, type Outcome } from "../../../protocol/errors.ts";
import type { Crypto, Screen } from "../../hal.ts";
import type { Psbt } from "../psbt/psbt.ts";
import { INPUT_FLAG } from "../psbt/input-table.ts";
import { transactionOf } from "../review/digests.ts";
import { type InputError, type ReviewedInputs, reviewInputs } from "../review/inputs.ts";
import { formatAmount } from "../review/screens.ts";
import { transactionIdSteps } from "../transaction/transaction-id.ts";
import { ownKey, type RegisteredWallet } from "../wallet/registered-wallet.ts";
import { type MessagePlan, type MessageRequest, planMessage } from "./plan.ts";
import { checkProof } from "./proof.ts";
import { challengeOutpoint } from "./virtual.ts";

/** What is to be proved, and of which address. */
export type ProofRequest = Omit<MessageRequest, "format">;

/** A proof that may be shown and signed. */
export interface ProofReview
  extends Pick<MessagePlan, "address" | "script" | "leaves" | "screens"> {
  readonly wallet: RegisteredWallet;
  readonly inputs: ReviewedInputs;
  /** 32 bytes, in hash order. */
  readonly txid: Uint8Array;
}

/** Why a proof is refused. */
export type ProofError =
  | InputError
  | "index_out_of_range"
  | "message_unsupported"
  | "proof_malformed";

/** The PSBT with a place for the first input: the address is asked for, no hint names it. */
const withPlace = (psbt: Psbt, wallet: RegisteredWallet, request: ProofRequest): Psbt => {
  const { policy, ownKeyIndex } = wallet;
  const own = policy.expressions.find(({ key }) => key === ownKeyIndex);
  const child = own?.branches[request.branch] ?? request.branch;
  psbt.inputs.setPlace(0, psbt.ways.length, request.index);
  psbt.inputs.addFlags(0, INPUT_FLAG.hasPlace);
  return { ...psbt, ways: [...psbt.ways, [...ownKey(wallet).originPath, child]] };
};

const summary = ({ own, ownSats }: ReviewedInputs): Screen => ({
  kind: "message",
  lines: [
    "Prove funds, spend nothing",
    `${own - 1} coin${own === 2 ? "" : "s"}`,
    `Proved ${formatAmount(ownSats)}`,
  ],
});

/**
 * Reviews the PSBT of a proof. A type that leaves inputs out is `sighash_refused`, a coin that is
 * not the wallet's `input_foreign`, whatever the wallet allows.
 *
 * @yields after each step
 */
export function* reviewProofSteps(
  psbt: Psbt,
  wallet: RegisteredWallet,
  request: ProofRequest,
  crypto: Crypto,
): WishfulSteps<Outcome<ProofReview, ProofError>> {
  const plan = planMessage(wallet, { ...request, format: "bip322" }, crypto);
  if (!plan.ok) return plan;
  const { address, script, leaves } = plan.value;
  const message = new TextEncoder().encode(request.message);
  const outpoint = challengeOutpoint(message, script.scriptPubKey, crypto);
  const checked = checkProof(transactionOf(psbt), outpoint);
  if (!checked.ok) return fail(checked.error, checked.details);
  const txid = yield* transactionIdSteps(transactionOf(psbt), crypto);
  const strict = { ...wallet, policy: { ...wallet.policy, allows: [] } };
  const inputs = yield* reviewInputs(withPlace(psbt, strict, request), strict, crypto);
  if (!inputs.ok) return inputs;
  const screens = [...plan.value.screens, summary(inputs.value)];
  return ok({ address, script, leaves, screens, wallet, inputs: inputs.value, txid });
}
