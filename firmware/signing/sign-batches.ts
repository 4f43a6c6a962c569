/**
 * Signatures in batches on several cores, where the board has them: tasks of one branch and one
 * scheme together, a few batches under way so that no core waits.
 */
import { fail, type Outcome, ok } from "../../protocol/errors.ts";
import type { SignatureRecord } from "../../protocol/signature-record.ts";
import type { Secrets, SigningBatch, SigningScheme } from "../hal.ts";
import type { Branches } from "./branches.ts";
import { NO_AUXILIARY, recordOf } from "./sign-tasks.ts";
import type { SigningTask } from "./work.ts";

/** Signatures in a batch: some milliseconds of work for each core, and in the first a few. */
const [FIRST_TASKS, BATCH_TASKS] = [32, 128];
/** Batches under way: one at work, one that waits, one that is packed. */
const UNDER_WAY = 3;
const DIGEST_BYTES = 32;
const SIGNATURE_BYTES = 64;

const isAlike = (task: SigningTask, other: SigningTask): boolean =>
  task.child === other.child &&
  task.scheme === other.scheme &&
  (task.tweak === undefined) === (other.tweak === undefined);

/**
 * Tasks in their order, cut where they are not alike.
 *
 * @yields batches
 */
function* batchesOf(tasks: Iterable<SigningTask>): Generator<readonly SigningTask[], void, void> {
  let batch: SigningTask[] = [];
  let most = FIRST_TASKS;
  for (const task of tasks) {
    const [first] = batch;
    if (first !== undefined && (batch.length === most || !isAlike(first, task))) {
      yield batch;
      batch = [];
      most = BATCH_TASKS;
    }
    batch.push(task);
  }
  if (batch.length > 0) yield batch;
}

const packed = (parts: readonly Uint8Array[], bytesEach: number): Uint8Array => {
  const joined = new Uint8Array(bytesEach * parts.length);
  for (const [i, part] of parts.entries()) joined.set(part, bytesEach * i);
  return joined;
};

const schemeOf = (tasks: readonly SigningTask[]): SigningScheme => {
  if (tasks[0]?.scheme !== "schnorr") return { name: "ecdsa" };
  const tweaks = tasks.flatMap(({ tweak }) => tweak ?? []);
  const scheme = { name: "schnorr", auxiliary: NO_AUXILIARY } as const;
  return tweaks.length === 0 ? scheme : { ...scheme, tweaks: packed(tweaks, DIGEST_BYTES) };
};

const batchOf = (branches: Branches, tasks: readonly SigningTask[]): SigningBatch | undefined => {
  const [first] = tasks;
  return (
    first && {
      node: branches.at(first.child),
      indices: Uint32Array.from(tasks, ({ index }) => index),
      digests: packed(
        tasks.map(({ digest }) => digest),
        DIGEST_BYTES,
      ),
      publicKeys: packed(
        tasks.map(({ publicKey }) => publicKey),
        first.publicKey.length,
      ),
      scheme: schemeOf(tasks),
    }
  );
};

type Records = Outcome<readonly SignatureRecord[], "cancelled">;

const signBatch = async (
  signMany: NonNullable<Secrets["signMany"]>,
  branches: Branches,
  tasks: readonly SigningTask[],
): Promise<Records> => {
  const batch = batchOf(branches, tasks);
  const made = batch === undefined ? ok(new Uint8Array(0)) : await signMany(batch);
  if (!made.ok) return fail("cancelled");
  return ok(
    tasks.map((task, i) =>
      recordOf(task, made.value.slice(SIGNATURE_BYTES * i, SIGNATURE_BYTES * (i + 1))),
    ),
  );
};

/** Signs all tasks; `onRecords` is told of those of each batch in order, and may end it. */
export const signInBatches = async (
  signMany: NonNullable<Secrets["signMany"]>,
  branches: Branches,
  tasks: Iterable<SigningTask>,
  onRecords: (records: readonly SignatureRecord[]) => boolean,
): Promise<Outcome<void, "cancelled">> => {
  const underWay: Promise<Records>[] = [];
  const takeOldest = async (): Promise<boolean> => {
    const records = await underWay.shift();
    return records?.ok === true && onRecords(records.value);
  };
  let isGood = true;
  for (const batch of batchesOf(tasks)) {
    underWay.push(signBatch(signMany, branches, batch));
    if (underWay.length === UNDER_WAY) isGood = await takeOldest();
    if (!isGood) break;
  }
  while (underWay.length > 0) isGood = (await takeOldest()) && isGood;
  return isGood ? ok(undefined) : fail("cancelled");
};
