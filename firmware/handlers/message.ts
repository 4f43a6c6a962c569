/** Signed messages: plan, consent, sign, reply. */
import { fail, type Outcome, ok } from "../../protocol/errors.ts";
import { encodeRecords, type SignatureRecord } from "../../protocol/signature-record.ts";
import { isSame, type MessagePlan, planMessage, type RegisteredWallet } from "../bitcoin/index.ts";
import type { Keys } from "../device.ts";
import type { Handlers } from "../dispatch.ts";
import type { Secrets } from "../hal.ts";
import { createBranches } from "../signing/branches.ts";
import { signTask } from "../signing/sign-tasks.ts";
import { holdsStill } from "../signing/turns.ts";

const signAll = (
  secrets: Secrets,
  keys: Keys,
  wallet: RegisteredWallet,
  { tasks }: MessagePlan,
): Outcome<readonly SignatureRecord[], "index_out_of_range"> => {
  const branches = createBranches(secrets, keys.master, wallet);
  const records: SignatureRecord[] = [];
  for (const task of tasks) {
    const record = signTask(secrets, branches, task);
    if (!record.ok) {
      branches.wipe();
      return record;
    }
    records.push(record.value);
  }
  branches.wipe();
  return ok(records);
};

const reply = ({ address, script, leaves }: MessagePlan, records: readonly SignatureRecord[]) => {
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
  const records = signAll(hal.secrets, keys, wallet, plan.value);
  return records.ok ? reply(plan.value, records.value) : records;
};

/** Handlers of protocol/commands/message.ts. */
export const messageHandlers: Pick<Handlers, "signMessage"> = { signMessage };
