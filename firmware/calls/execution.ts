/** From a call that may run to its answer: the handler at work, and what it sees. */
import { type CommandName, REGISTRY } from "../../protocol/commands/registry.ts";
import { assert, fail, type Outcome, ok } from "../../protocol/errors.ts";
import type { AskFor } from "../consent.ts";
import type { DeviceContext, Prepared } from "../dispatch.ts";
import type { Charge, CommitError, Ledger } from "../ledger/ledger.ts";
import { type Answer, answerOf } from "./answers.ts";
import { type Call, SIGNING } from "./call.ts";
import { createWork, type Work } from "./work.ts";

/** What handlers at work need. */
export interface ExecutionConfig {
  readonly context: DeviceContext;
  readonly askFor: AskFor;
  readonly ledger: Ledger;
  /** A broken invariant of ours: wipes and ends. */
  readonly fault: (during: string) => void;
}

/** Handlers at work. */
export interface Execution {
  /** The call's place while it works; only one that takes effect once can be committed. */
  readonly workOf: (call: Call) => Work;
  /** Runs the handler; its end, whatever happens, is an answer. */
  readonly execute: (call: Call, prepared: Prepared<CommandName>, work: Work) => Promise<Answer>;
  /** Calls at work. */
  readonly count: () => number;
}

/** A result in wire form, checked against its declaration. */
const toWire = (name: CommandName, outcome: Outcome<unknown>): Outcome<unknown> => {
  if (!outcome.ok) return outcome;
  const { result } = REGISTRY[name];
  assert(result.check(outcome.value), `${name} returns what it declares`);
  return ok(result.toWire(outcome.value));
};

/** Nothing at work. */
export const createExecution = (config: ExecutionConfig): Execution => {
  const { context, askFor, ledger, fault } = config;
  const { clock } = context.hal;
  let running = 0;
  return {
    workOf: (call) => {
      const isOnce = !REGISTRY[call.name].idempotent;
      const isCommitted = (): boolean => isOnce && ledger.isCommitted(call, clock.nowMs());
      const commit = (charge: Charge): Outcome<void, CommitError> => {
        const charged = ledger.commit(call, charge, clock.nowMs());
        return charged.ok ? ok(undefined) : charged;
      };
      const isUrgent = SIGNING.has(call.name);
      return createWork({ clock, askFor, commit, isCommitted, isUrgent, isOnce }, call.request);
    },
    execute: async ({ name }, prepared, work) => {
      running += 1;
      try {
        return answerOf(toWire(name, await prepared({ ...context, ...work.context })));
      } catch {
        // A broken invariant of ours. The error is not logged: it could quote a secret.
        fault(name);
        return fail("device_fault");
      } finally {
        running -= 1;
        work.stop();
      }
    },
    count: () => running,
  };
};
