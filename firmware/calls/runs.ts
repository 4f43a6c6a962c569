/**
 * Running calls: what may run twice at any time, everything else once for each key and one at a
 * time in its lane. Lanes don't wait for each other, because they never change the same state:
 * hosts are known only to a device that holds keys, anyone changes only one that holds none or asks
 * for a pairing, and a pairing is closed by who has its code. Signing changes nothing but the
 * ledger, in one step, so each host signs in a lane of its own; the desk knows whose question is
 * shown.
 */
import { type CommandName, REGISTRY } from "../../protocol/commands/registry.ts";
import { assert, fail } from "../../protocol/errors.ts";
import type { Prepared } from "../dispatch.ts";
import type { Answer } from "./answers.ts";
import { type Call, nameOf, SIGNING } from "./call.ts";
import { createExecution, type ExecutionConfig } from "./execution.ts";
import { createOutcomes, type Outcomes } from "./outcomes.ts";
import { createPace } from "./pace.ts";
import type { OpenRequest } from "./requests.ts";
import type { Work } from "./work.ts";

/** Tells how a call ended: to the audit, and to all who wait for it. */
export type Conclude = (
  name: CommandName,
  requests: readonly OpenRequest[],
  answer: Answer,
) => void;

/** What runs calls needs. */
export interface RunsConfig extends ExecutionConfig {
  readonly conclude: Conclude;
}

/** Runs calls. */
export interface Runs {
  /** Answers from what is known of the key, or joins the call at work; false where it must run. */
  readonly repeat: (call: Call) => boolean;
  readonly isKnown: (call: Call) => boolean;
  readonly run: (call: Call, prepared: Prepared<CommandName>) => void;
  /** Calls at work. */
  readonly count: () => number;
}

/** What did not begin leaves no trace: the same key may try again. */
const TRACELESS: ReadonlySet<string> = new Set([
  "busy",
  "wrong_phase",
  "role_denied",
  "invalid_params",
]);

const laneOf = ({ name, caller, request }: Call): string =>
  SIGNING.has(name) ? `signing/${caller}` : request.origin.caller.kind;

const hasTrace = (answer: Answer): boolean => answer.ok || !TRACELESS.has(answer.error);

/** Whether the end is told again to who asks again. Of signing it is a no: it stays one. */
const isKept = (name: CommandName, answer: Answer): boolean =>
  SIGNING.has(name) ? !answer.ok && answer.error === "declined" : hasTrace(answer);

/** Answers from what is known of a key, or joins its call at work; false where it must run. */
const createRepeat = (
  { context, ledger, conclude }: RunsConfig,
  outcomes: Outcomes,
  atWork: ReadonlyMap<string, Work>,
): Runs["repeat"] => {
  const say = ({ name, request }: Call, answer: Answer): true => {
    conclude(name, [request], answer);
    return true;
  };
  /** The end again, or that nobody knows it any more; signing is to be done again. */
  const repeatEnd = (call: Call): boolean => {
    const answer = outcomes.find(call);
    if (answer === undefined && SIGNING.has(call.name)) return false;
    return say(call, answer ?? fail("call_indeterminate"));
  };
  const join = (call: Call): true => {
    const work = atWork.get(nameOf(call));
    assert(work !== undefined, "what the ledger has at work is at work");
    work.join(call.request);
    return true;
  };
  return (call) => {
    switch (ledger.standing(call, call.digest, context.hal.clock.nowMs())) {
      case "unknown":
        return false;
      case "other":
        return say(call, fail("idempotency_key_reused"));
      case "working":
        return join(call);
      case "ended":
      case "committed":
        return repeatEnd(call);
    }
  };
};

/** Nothing at work, nothing remembered but what the ledger brings along. */
export const createRuns = (config: RunsConfig): Runs => {
  const { context, ledger, conclude } = config;
  const { clock } = context.hal;
  const { workOf, execute, count } = createExecution(config);
  const outcomes = createOutcomes();
  const atWork = new Map<string, Work>();
  const lanes = new Set<string>();
  const pace = createPace(clock);

  const runFreely = async (call: Call, prepared: Prepared<CommandName>): Promise<void> => {
    const work = workOf(call);
    const answer = await execute(call, prepared, work);
    conclude(call.name, work.waiting(), answer);
  };
  const runOnce = async (call: Call, prepared: Prepared<CommandName>): Promise<void> => {
    const lane = laneOf(call);
    lanes.add(lane);
    outcomes.forget(call);
    const work = workOf(call);
    atWork.set(nameOf(call), work);
    const answer = await execute(call, prepared, work);
    atWork.delete(nameOf(call));
    lanes.delete(lane);
    ledger.end(call, hasTrace(answer), clock.nowMs());
    if (isKept(call.name, answer)) outcomes.keep(call, answer);
    conclude(call.name, work.waiting(), answer);
  };
  const beginOnce = (call: Call, prepared: Prepared<CommandName>): void => {
    const isBusy = lanes.has(laneOf(call));
    const begun = isBusy ? fail("busy") : ledger.begin(call, call.digest, clock.nowMs());
    if (begun.ok) void runOnce(call, prepared);
    else conclude(call.name, [call.request], begun);
  };
  return {
    isKnown: (call) => ledger.standing(call, call.digest, clock.nowMs()) !== "unknown",
    repeat: createRepeat(config, outcomes, atWork),
    run: (call, prepared) => {
      if (!REGISTRY[call.name].idempotent) beginOnce(call, prepared);
      else if (!pace.run(call.caller, () => void runFreely(call, prepared)))
        conclude(call.name, [call.request], fail("busy"));
    },
    count,
  };
};
