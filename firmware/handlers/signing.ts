/**
 * Signing: read as it comes, review, consent, commit, sign, reply. What is signed is what `review`
 * computed. Review and signing are cut into slices so that the line stays served, and stop as soon
 * as the device holds other keys or none.
 */
import { fail, type Outcome, ok } from "../../protocol/errors.ts";
import { encodeRecords, type SignatureRecord } from "../../protocol/signature-record.ts";
import {
  createPsbtReader,
  type Psbt,
  type PsbtReader,
  type Review,
  type ReviewError,
  reviewSteps,
} from "../bitcoin/index.ts";
import type { EndReason } from "../cancellation.ts";
import type { Keys } from "../device.ts";
import type { Context, Receivers, Reply } from "../dispatch.ts";
import type { Screen } from "../hal.ts";
import { createBranches } from "../signing/branches.ts";
import { signTask } from "../signing/sign-tasks.ts";
import { createTurns, holdsStill } from "../signing/turns.ts";

type Params = Parameters<Receivers["signPsbt"]>[1];

/** The review, slice by slice; it ends early for a call that should end, too. */
const reviewSliced = async (
  context: Context,
  keys: Keys,
  psbt: Psbt,
  { walletId }: Params,
): Promise<Outcome<Review, ReviewError | EndReason>> => {
  const { hal, network, endReason, progress } = context;
  const reviewContext = { crypto: hal.crypto, network, fingerprint: keys.fingerprint };
  const mayGoOn = createTurns(context, keys);
  const steps = reviewSteps(psbt, keys.wallets, walletId, reviewContext);
  let step = steps.next();
  for (let done = 0; step.done !== true; done += 1) {
    progress("reviewing", done);
    if (!(await mayGoOn())) return fail("cancelled");
    const reason = endReason();
    if (reason !== undefined) return fail(reason);
    step = steps.next();
  }
  return step.value;
};

type SignError = "cancelled" | "index_out_of_range";

/** Signs what was reviewed, in slices; its keys are wiped whatever comes of it. */
export const signEach = async (
  context: Context,
  keys: Keys,
  { wallet, inputs }: Pick<Review, "wallet" | "inputs">,
): Promise<Outcome<readonly SignatureRecord[], SignError>> => {
  const { hal, progress } = context;
  const branches = createBranches(hal.secrets, keys.master, wallet);
  const mayGoOn = createTurns(context, keys);
  const records: SignatureRecord[] = [];
  let outcome: Outcome<readonly SignatureRecord[], SignError> = ok(records);
  for (const task of inputs.tasks()) {
    progress("signing", records.length, inputs.own);
    // Nothing comes between the commit and the first signature.
    const isOver = records.length > 0 && !(await mayGoOn());
    const record = isOver ? fail("cancelled") : signTask(hal.secrets, branches, task);
    if (!record.ok) {
      outcome = record;
      break;
    }
    records.push(record.value);
  }
  // An end has wiped everything, the branches too; a suspension has not.
  if (context.device().phase === "ended") return fail("cancelled");
  branches.wipe();
  return outcome;
};

const consentTo = ({ screens }: Review): Screen => ({
  kind: "transaction",
  lines: screens.flatMap(({ lines }) => lines),
});

/** A repeat of a committed call was consented to: it is reviewed and signed again, not asked. */
const signReviewed = async (
  context: Context,
  keys: Keys,
  reviewed: Review,
): Promise<Reply<"signPsbt">> => {
  const { ask, commit, isCommitted } = context;
  const consent = isCommitted() ? ok(undefined) : await ask(consentTo(reviewed));
  if (!consent.ok) return consent;
  if (!holdsStill(context, keys)) return fail("cancelled");
  const { txid, leavingSats, wallet } = reviewed;
  const committed = commit({ txid, amountSats: leavingSats });
  if (!committed.ok) return committed;
  const records = await signEach(context, keys, reviewed);
  if (!records.ok) return records;
  return ok({ walletId: wallet.id, signatures: encodeRecords(records.value) });
};

const finishSigning = async (
  context: Context,
  keys: Keys,
  reader: PsbtReader,
  params: Params,
): Promise<Reply<"signPsbt">> => {
  // Its hints were read for the keys of then.
  if (!holdsStill(context, keys)) return fail("wrong_phase");
  const psbt = reader.end();
  if (!psbt.ok) return psbt;
  const reviewed = await reviewSliced(context, keys, psbt.value, params);
  return reviewed.ok ? signReviewed(context, keys, reviewed.value) : reviewed;
};

const signPsbt: Receivers["signPsbt"] = ({ hal, device }, params) => {
  const begun = device();
  if (begun.phase !== "ready") {
    return { take: () => undefined, heldBytes: () => 0, finish: () => fail("wrong_phase") };
  }
  const { keys } = begun;
  const reader = createPsbtReader({ crypto: hal.crypto, fingerprint: keys.fingerprint });
  return {
    take: reader.take,
    heldBytes: reader.heldBytes,
    finish: (context) => finishSigning(context, keys, reader, params),
  };
};

/** Handlers of protocol/commands/signing.ts. */
export const signingHandlers: Pick<Receivers, "signPsbt"> = { signPsbt };
