/** What becomes of calls over commits and reboots: what must be said, and what is good to see. */
import type { ErrorName } from "../../protocol/errors.ts";
import type { Device } from "./device.ts";
import type { Findings } from "./findings.ts";
import type { Attempt } from "./work.ts";
import type { Worker } from "./worker.ts";
import type { Witness } from "./witnesses.ts";

/** What is watched. */
export interface Watched {
  readonly device: Device;
  readonly worker: Worker;
  readonly findings: Findings;
  readonly witness: (what: Witness) => void;
}

/** What a call may end with when its boot is over: nobody knows, or who asks has left. */
const UNKNOWN: ReadonlySet<ErrorName> = new Set([
  "call_indeterminate",
  "link_down",
  "timeout",
  "cancelled",
]);

/** Watches all calls for signatures. */
export const watchCalls = ({ device, worker, findings, witness }: Watched): void => {
  /** The boot in which an attempt's payment was committed while it was under way. */
  const committedIn = new WeakMap<Attempt, number>();
  /** Attempts whose payment had been committed before they began. */
  const repeats = new WeakSet<Attempt>();
  worker.onAttempt((attempt) => {
    const isKnown = device.boot()?.committed.has(attempt.intent.payment.txid) === true;
    if (isKnown) repeats.add(attempt);
  });
  device.onCommit((payment) => {
    const attempt = worker.attempt();
    if (attempt?.intent.payment !== payment || !attempt.isSent()) return;
    committedIn.set(attempt, device.boots());
  });
  const refused = ({ intent }: Attempt, error: ErrorName, boot: number | undefined): void => {
    if (error === "call_indeterminate") witness("call indeterminate");
    if (error === "cancelled" && boot === undefined) witness("cancelled before the commit");
    const isTold = boot === undefined || boot === device.boots() || UNKNOWN.has(error);
    const { name } = intent.payment;
    findings.expect(isTold, "indeterminate", () => `${name}, committed before: ${error}`);
  };
  worker.onReply((attempt, reply) => {
    if (!reply.ok) refused(attempt, reply.error, committedIn.get(attempt));
    else if (repeats.has(attempt)) witness("call repeated");
  });
};
