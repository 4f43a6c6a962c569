/** What a device counts since its boot, for whom it attests it to. */
import type { Counters } from "../../protocol/attestation.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Audit } from "./audit.ts";

/** An audit that counts the calls it records on their way to another. */
export interface CountingAudit {
  readonly audit: Audit;
  readonly counters: (ledger: Ledger) => Counters;
}

/** No call counted yet. */
export const createCountingAudit = (audit: Audit): CountingAudit => {
  let [calls, refusals] = [0, 0];
  return {
    audit: (entry) => {
      if (entry.kind === "call") calls += 1;
      if (entry.kind === "call" && !entry.outcome.ok) refusals += 1;
      audit(entry);
    },
    counters: (ledger) => ({
      calls,
      refusals,
      keys: ledger.size(),
      charges: ledger.charges(),
      chargedSats: ledger.total(),
    }),
  };
};
