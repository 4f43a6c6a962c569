/** Signed messages and proofs of funds: plan, consent, sign, reply. */
import { fail, ok } from "../../protocol/errors.ts";
import { encodeRecords, type SignatureRecord } from "../../protocol/signature-record.ts";
import {
  createPsbtReader,
  isSame,
  type MessagePlan,
  ownKey,
  planMessage,
  type ProofReview,
  type Psbt,
  type RegisteredWallet,
  reviewProofSteps,
  signableOf,
} from "../bitcoin/index.ts";
import type { Keys } from "../device.ts";
import type { Context, Handlers, Receivers, Reply } from "../dispatch.ts";
import { receiveUpload } from "../signing/receive-upload.ts";
import { runReview } from "../signing/run-review.ts";
import { signAll } from "../signing/sign-all.ts";
import { holdsStill } from "../signing/turns.ts";
import type { Signable } from "../signing/work.ts";

/** A plan as signing knows it: one input, by the wallet's own key. */
const signablePlan = (wallet: RegisteredWallet, { tasks }: MessagePlan): Signable => ({
  originPath: ownKey(wallet).originPath,
  count: tasks.length,
  tasks: () => tasks,
});

const reply = (
  { address, script, leaves }: Pick<MessagePlan, "address" | "script" | "leaves">,
  records: readonly SignatureRecord[],
) => {
  const { redeemScript, witnessScript } = script;
  return ok({
    address,
    signatures: encodeRecords(records),
    ...(redeemScript === undefined ? {} : { redeemScript }),
    ...(witnessScript === undefined ? {} : { witnessScript }),
    ...(leaves.length === 0 ? {} : { leaves }),
  });
};

const signMessage: Handlers["signMessage"] = async (context, params) => {
  const { hal, ask, device } = context;
  const now = device();
  if (now.phase !== "ready") return fail("wrong_phase");
  const { keys } = now;
  const wallet = keys.wallets.find(({ id }) => isSame(id, params.walletId));
  if (wallet === undefined) return fail("wallet_unknown");
  const { isChange, index, message, format } = params;
  const request = { branch: isChange ? 1 : 0, index, message, format } as const;
  const plan = planMessage(wallet, request, hal.crypto);
  if (!plan.ok) return plan;
  const consent = await ask({
    kind: "message",
    lines: plan.value.screens.flatMap(({ lines }) => lines),
  });
  if (!consent.ok) return consent;
  if (!holdsStill(context, keys)) return fail("cancelled");
  const records = await signAll(context, keys, signablePlan(wallet, plan.value));
  return records.ok ? reply(plan.value, records.value) : records;
};

/** A repeat of a committed call was consented to. Nothing is spent, and nothing is charged. */
const signProof = async (
  context: Context,
  keys: Keys,
  reviewed: ProofReview,
): Promise<Reply<"proveFunds">> => {
  const lines = reviewed.screens.flatMap((screen) => screen.lines);
  const consent = context.isCommitted()
    ? ok(undefined)
    : await context.ask({ kind: "message", lines });
  if (!consent.ok) return consent;
  if (!holdsStill(context, keys)) return fail("cancelled");
  const committed = context.commit({ txid: reviewed.txid, amountSats: 0 });
  if (!committed.ok) return committed;
  const records = await signAll(context, keys, signableOf(reviewed));
  return records.ok ? reply(reviewed, records.value) : records;
};

type ProofParams = Parameters<Receivers["proveFunds"]>[1];

/** Reviews the PSBT of a proof that was read, and signs it. */
const signReadProof = async (
  context: Context,
  keys: Keys,
  psbt: Psbt,
  { walletId, isChange, index, message }: ProofParams,
): Promise<Reply<"proveFunds">> => {
  const wallet = keys.wallets.find(({ id }) => isSame(id, walletId));
  if (wallet === undefined) return fail("wallet_unknown");
  const request = { branch: isChange ? 1 : 0, index, message } as const;
  const steps = reviewProofSteps(psbt, wallet, request, context.hal.crypto);
  const reviewed = await runReview(context, keys, psbt.inputs.count(), steps);
  return reviewed.ok ? signProof(context, keys, reviewed.value) : reviewed;
};

const proveFunds: Receivers["proveFunds"] = (device, params) =>
  receiveUpload(device, {
    open: ({ fingerprint }) => createPsbtReader({ crypto: device.hal.crypto, fingerprint }),
    call: async (context, keys, psbt) =>
      psbt.ok ? signReadProof(context, keys, psbt.value, params) : psbt,
  });

/** Handlers of protocol/commands/message.ts. */
export const messageHandlers: Pick<Handlers, "signMessage" | "proveFunds"> = {
  signMessage,
  proveFunds,
};
