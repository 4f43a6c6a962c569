/**
 * The audit hook: everything that the device was asked and what came of it, as public events. Here
 * they go to the board's log; a signed chain will take its place behind the same function.
 */
import type { Outcome } from "../../protocol/errors.ts";
import type { Phase } from "../../protocol/phase.ts";
import type { Log } from "../hal.ts";

/** One thing that happened. */
export type AuditEntry =
  | { readonly kind: "call"; readonly command: string; readonly outcome: Outcome<unknown> }
  | { readonly kind: "phase"; readonly from: Phase; readonly to: Phase }
  | { readonly kind: "fault"; readonly during: string };

/** Records an entry. */
export type Audit = (entry: AuditEntry) => void;

/** An audit that writes to the board's log; params and results are never part of an entry. */
export const createAudit =
  (log: Log): Audit =>
  (entry) => {
    switch (entry.kind) {
      case "call": {
        const { command, outcome } = entry;
        const result = outcome.ok ? "ok" : outcome.error;
        log.append({ event: "call", command, result });
        return;
      }
      case "phase":
        log.append({ event: "phase", from: entry.from, to: entry.to });
        return;
      case "fault":
        log.append({ event: "fault", during: entry.during });
    }
  };
