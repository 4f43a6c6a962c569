/** All signatures of a review: on several cores where that is worth it, or one after another. */
import { fail, type Outcome, ok } from "../../protocol/errors.ts";
import type { SignatureRecord } from "../../protocol/signature-record.ts";
import type { Keys } from "../device.ts";
import type { Context } from "../dispatch.ts";
import { type Branches, createBranches } from "./branches.ts";
import { signInBatches } from "./sign-batches.ts";
import { signTask } from "./sign-tasks.ts";
import { createTurns, holdsStill, MANY_INPUTS } from "./turns.ts";
import type { Signable } from "./work.ts";

/** Why there are no signatures. */
export type SignError = "cancelled" | "index_out_of_range";

type Records = Outcome<readonly SignatureRecord[], SignError>;

const signInTurn = async (
  context: Context,
  keys: Keys,
  branches: Branches,
  { count, tasks }: Signable,
): Promise<Records> => {
  const turns = createTurns(context, keys);
  const records: SignatureRecord[] = [];
  for (const task of tasks()) {
    context.progress("signing", records.length, count);
    // Nothing comes between the commit and the first signature.
    if (records.length > 0 && turns.isOver() && !(await turns.rest())) return fail("cancelled");
    const record = signTask(context.hal.secrets, branches, task);
    if (!record.ok) return record;
    records.push(record.value);
  }
  return ok(records);
};

const signTogether = async (
  context: Context,
  keys: Keys,
  branches: Branches,
  { count, tasks }: Signable,
): Promise<Records> => {
  const { signMany } = context.hal.secrets;
  if (signMany === undefined) return fail("cancelled");
  const records: SignatureRecord[] = [];
  context.progress("signing", 0, count);
  const signed = await signInBatches(signMany, branches, tasks(), (made) => {
    for (const record of made) records.push(record);
    context.progress("signing", records.length, count);
    return holdsStill(context, keys);
  });
  return signed.ok ? ok(records) : signed;
};

/** Signs what was reviewed and committed; the branches' keys live no longer than that. */
export const signAll = async (
  context: Context,
  keys: Keys,
  signable: Signable,
): Promise<Records> => {
  const { secrets } = context.hal;
  const branches = createBranches(secrets, keys.master, signable.originPath);
  const isMany = secrets.signMany !== undefined && signable.count >= MANY_INPUTS;
  const sign = isMany ? signTogether : signInTurn;
  const records = await sign(context, keys, branches, signable);
  // An end has wiped everything, the branches too; a suspension has not.
  if (context.device().phase === "ended") return fail("cancelled");
  branches.wipe();
  return records;
};
