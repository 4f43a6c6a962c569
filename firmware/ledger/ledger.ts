/**
 * The ledger of one boot: which idempotency key stands for which request and how far that came, and
 * what was charged. Invariant: the total is the sum over the transactions that were committed, each
 * once for as long as the ledger knows it: a day from its last commit, the longest window. Pure:
 * time is handed in, and may not go back. It knows no policy: `mayCharge` is where limits on
 * spending come in.
 */
import { assert, fail, type Outcome, ok } from "../../protocol/errors.ts";
import { type Charge, type ChargeEntry, createCharges } from "./charges.ts";
import { type CallKey, createKeys, type KeyEntry } from "./keys.ts";

export type { Charge, ChargeEntry } from "./charges.ts";
export type { CallKey } from "./keys.ts";

/** Why a commit is refused. */
export type CommitError = "ledger_full";

/** Whether a transaction that was not charged yet may be. */
export type MayCharge = (charge: Charge, nowMs: number) => Outcome<void, CommitError>;

/**
 * How a request stands to what is known of its key: of another request, at work, ended without
 * having been committed, or committed.
 */
export type Standing = "unknown" | "other" | "working" | "ended" | "committed";

/** Keys and charges. A `digest` is of command and params. */
export interface Ledger {
  readonly standing: (call: CallKey, digest: string, nowMs: number) => Standing;
  /** Marks a call as at work. One that is, or of another request, is our own mistake. */
  readonly begin: (call: CallKey, digest: string, nowMs: number) => Outcome<void, CommitError>;
  /**
   * The commit point of a call at work, one step: check, reserve, mark. Gives the satoshis charged
   * now: none where the same of the transaction was charged before, and all that is signed of it
   * where something else was. A refusal changes nothing.
   */
  readonly commit: (call: CallKey, charge: Charge, nowMs: number) => Outcome<number, CommitError>;
  /** The call is over. Without a trace its key is free again, unless it had one before. */
  readonly end: (call: CallKey, hasTrace: boolean, nowMs: number) => void;
  readonly isCommitted: (call: CallKey, nowMs: number) => boolean;
  /** Satoshis charged at that time or later; at most a day back. */
  readonly chargedSince: (sinceMs: number) => number;
  /** Satoshis charged since the boot. */
  readonly total: () => number;
  /** Transactions charged since the boot. */
  readonly charges: () => number;
  /** The charges of the last day at least, at most `DEVICE_LIMITS.ledgerKeys`. */
  readonly entries: () => readonly ChargeEntry[];
  /** Keys held. */
  readonly size: () => number;
}

const standingOf = (entry: KeyEntry | undefined, digest: string): Standing => {
  if (entry === undefined) return "unknown";
  if (entry.digest !== digest) return "other";
  if (entry.isWorking) return "working";
  return entry.committed === undefined ? "ended" : "committed";
};

/** An empty ledger. */
export const createLedger = (mayCharge: MayCharge = () => ok(undefined)): Ledger => {
  const keys = createKeys();
  const charges = createCharges();

  const workingAt = (call: CallKey, nowMs: number): KeyEntry => {
    const entry = keys.find(call, nowMs);
    assert(entry?.isWorking === true, "a call is begun before it goes on");
    return entry;
  };
  /** Charges what was not charged before. */
  const charge = (one: Charge, nowMs: number): Outcome<number, CommitError> => {
    if (charges.renew(one, nowMs)) return ok(0);
    const amountSats = charges.dueSats(one);
    const due = { ...one, amountSats };
    const allowed = mayCharge(due, nowMs);
    if (!allowed.ok) return allowed;
    return charges.add(due, nowMs) ? ok(amountSats) : fail("ledger_full");
  };
  return {
    standing: (call, digest, nowMs) => standingOf(keys.find(call, nowMs), digest),
    begin: (call, digest, nowMs) => {
      const entry = keys.find(call, nowMs);
      if (entry === undefined)
        return keys.add(call, digest, nowMs) ? ok(undefined) : fail("ledger_full");
      assert(entry.digest === digest && !entry.isWorking, "a call at work is not begun again");
      entry.isWorking = true;
      return ok(undefined);
    },
    commit: (call, one, nowMs) => {
      assert(one.txid.length === 32 && one.amountSats >= 0, "a charge is what a review made");
      const entry = workingAt(call, nowMs);
      const name = one.txid.toHex();
      assert((entry.committed ?? name) === name, "a request is one transaction");
      const charged = charge(one, nowMs);
      if (charged.ok) entry.committed = name;
      return charged;
    },
    end: (call, hasTrace, nowMs) => {
      const entry = workingAt(call, nowMs);
      entry.isWorking = false;
      entry.hasTrace ||= hasTrace || entry.committed !== undefined;
      if (!entry.hasTrace) keys.drop(call);
    },
    isCommitted: (call, nowMs) => keys.find(call, nowMs)?.committed !== undefined,
    chargedSince: charges.since,
    total: charges.total,
    charges: charges.count,
    entries: charges.entries,
    size: keys.size,
  };
};
