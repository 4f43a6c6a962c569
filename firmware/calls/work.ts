/**
 * A call at work, and the requests that wait for its end: the first, and those that were sent again
 * under its key meanwhile. They share its fate: a cancel or a deadline of one is everybody's.
 */
import { fail, type Outcome } from "../../protocol/errors.ts";
import { createCancellation, type EndReason } from "../cancellation.ts";
import type { AskFor } from "../consent.ts";
import type { CallContext } from "../dispatch.ts";
import type { Clock } from "../hal.ts";
import type { Charge, CommitError } from "../ledger/ledger.ts";
import type { Stage } from "./progress.ts";
import type { OpenRequest } from "./requests.ts";

/** A call at work. */
export interface Work {
  /** Tells a request how far the call has come, and serves it until the end. */
  readonly join: (request: OpenRequest) => void;
  /** The requests that still wait. */
  readonly waiting: () => readonly OpenRequest[];
  /** What the handler sees of the call. */
  readonly context: CallContext;
  /** The call is over. */
  readonly stop: () => void;
}

/** What a call at work needs. */
export interface WorkConfig {
  readonly clock: Clock;
  /** Commits and charges under the call's key. */
  readonly commit: (charge: Charge) => Outcome<void, CommitError>;
  readonly isCommitted: () => boolean;
  readonly askFor: AskFor;
  /** Whether a signature waits for it. */
  readonly isUrgent: boolean;
  /**
   * Whether it takes effect once: then it says at once that it has begun, and goes on when nobody
   * waits for it any more.
   */
  readonly isOnce: boolean;
}

/** The earliest of several deadlines; none at first. */
const createDeadline = (clock: Clock, onDue: () => void) => {
  let earliestMs = Number.POSITIVE_INFINITY;
  let stop: () => void = () => undefined;
  return {
    add: (dueMs: number): void => {
      if (dueMs >= earliestMs) return;
      stop();
      earliestMs = dueMs;
      stop = clock.after(Math.max(0, dueMs - clock.nowMs()), onDue);
    },
    stop: () => stop(),
  };
};

/** A call at work for the request that brought it. */
export const createWork = (config: WorkConfig, first: OpenRequest): Work => {
  const { clock, askFor, commit, isCommitted, isUrgent, isOnce } = config;
  const { caller, handshakeHash } = first.origin;
  const requests = new Set<OpenRequest>();
  const cancellation = createCancellation();
  let stage: Stage = { phase: "working", done: 0, total: 0 };

  // After the commit there is nothing left to wish: the result comes all the same.
  const end = (reason: EndReason): void => {
    if (!isCommitted()) cancellation.cancel(reason);
  };
  const deadline = createDeadline(clock, () => end("timeout"));
  const progress: CallContext["progress"] = (phase, done = 0, total = 0) => {
    stage = { phase, done, total };
    for (const request of requests) request.tell(stage);
  };
  const ask = askFor(cancellation, { caller, isUrgent });
  const abandon = (request: OpenRequest): void => {
    requests.delete(request);
    if (!isOnce && requests.size === 0) end("cancelled");
  };
  const join = (request: OpenRequest): void => {
    requests.add(request);
    request.serveBy({ end, abandon: () => abandon(request) });
    deadline.add(request.dueMs);
    if (isOnce) request.tell(stage);
  };
  join(first);
  return {
    join,
    waiting: () => [...requests],
    stop: deadline.stop,
    context: {
      caller,
      handshakeHash,
      endReason: cancellation.reason,
      progress,
      isCommitted,
      ask: (screen) => {
        progress("asking");
        return ask(screen);
      },
      commit: (charge) => {
        const reason = cancellation.reason();
        return reason === undefined ? commit(charge) : fail(reason);
      },
    },
  };
};
