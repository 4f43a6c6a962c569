/** A review at work: in slices, and with keys from other cores where there are many inputs. */
import { type ErrorName, fail, type Outcome, ok } from "../../protocol/errors.ts";
import type { EndReason } from "../cancellation.ts";
import type { Keys } from "../device.ts";
import type { Context } from "../dispatch.ts";
import { createKeysAhead, type KeysAhead } from "./keys-ahead.ts";
import { createTurns, MANY_INPUTS } from "./turns.ts";
import type { ReviewWork } from "./work.ts";

const runSliced = async <T, E extends ErrorName>(
  context: Context,
  keys: Keys,
  steps: ReviewWork<T, E>,
  ahead: KeysAhead,
): Promise<Outcome<T, E | EndReason>> => {
  const { endReason, progress } = context;
  const turns = createTurns(context, keys);
  let step = steps.next();
  for (let done = 0; step.done !== true; done += 1) {
    progress("reviewing", done);
    const wished = step.value === undefined ? ok(undefined) : await ahead.next(step.value);
    if (!wished.ok || (turns.isOver() && !(await turns.rest()))) return fail("cancelled");
    const reason = endReason();
    if (reason !== undefined) return fail(reason);
    step = steps.next();
  }
  return step.value;
};

/**
 * Runs the steps of a review of so many inputs to their end; earlier for a call that should end,
 * and without these keys.
 */
export const runReview = async <T, E extends ErrorName>(
  context: Context,
  keys: Keys,
  inputs: number,
  steps: ReviewWork<T, E>,
): Promise<Outcome<T, E | EndReason>> => {
  const isMany = inputs >= MANY_INPUTS;
  const ahead = createKeysAhead(isMany ? context.hal.crypto : {});
  const reviewed = await runSliced(context, keys, steps, ahead);
  await ahead.end();
  return reviewed;
};
