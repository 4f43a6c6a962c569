/** What the ledger is, in lists and sums: nothing is clever here, so that it can be believed. */
import type { Standing } from "../../firmware/ledger/ledger.ts";
import { DEVICE_LIMITS } from "../../firmware/limits.ts";

/** A request as the model sees it: whose, under which key, for which transaction. */
export interface ModelCall {
  readonly caller: number;
  readonly key: number;
  readonly tx: number;
}

interface Known extends ModelCall {
  readonly sinceMs: number;
  state: "working" | "ended" | "committed";
  isCommitted: boolean;
  hasTrace: boolean;
}

interface Charged {
  readonly tx: number;
  readonly amountSats: number;
  readonly atMs: number;
  seenMs: number;
}

const DAY = DEVICE_LIMITS.ledgerMs;

/** The ledger of one boot. */
export const createLedgerModel = (amountOf: (tx: number) => number) => {
  let calls: Known[] = [];
  const charged: Charged[] = [];
  const find = ({ caller, key }: ModelCall, nowMs: number): Known | undefined => {
    calls = calls.filter((one) => one.state === "working" || nowMs - one.sinceMs <= DAY);
    return calls.find((one) => one.caller === caller && one.key === key);
  };
  return {
    standing: (call: ModelCall, nowMs: number): Standing => {
      const known = find(call, nowMs);
      if (known === undefined) return "unknown";
      return known.tx === call.tx ? known.state : "other";
    },
    isCommitted: (call: ModelCall, nowMs: number): boolean =>
      find(call, nowMs)?.isCommitted === true,
    begin: (call: ModelCall, nowMs: number): void => {
      const known = find(call, nowMs);
      if (known !== undefined) known.state = "working";
      else {
        const fresh = { isCommitted: false, hasTrace: false };
        calls.push({ ...call, ...fresh, sinceMs: nowMs, state: "working" });
      }
    },
    /** Satoshis charged now. */
    commit: (call: ModelCall, nowMs: number): number => {
      const known = find(call, nowMs);
      if (known !== undefined) known.isCommitted = true;
      const before = charged.find(({ tx, seenMs }) => tx === call.tx && nowMs - seenMs <= DAY);
      if (before !== undefined) {
        before.seenMs = nowMs;
        return 0;
      }
      const amountSats = amountOf(call.tx);
      charged.push({ tx: call.tx, amountSats, atMs: nowMs, seenMs: nowMs });
      return amountSats;
    },
    end: (call: ModelCall, hasTrace: boolean, nowMs: number): void => {
      const known = find(call, nowMs);
      if (known === undefined) return;
      known.hasTrace = known.hasTrace || hasTrace || known.isCommitted;
      known.state = known.isCommitted ? "committed" : "ended";
      if (!known.hasTrace) calls = calls.filter((one) => one !== known);
    },
    total: (): number => charged.reduce((sum, { amountSats }) => sum + amountSats, 0),
    since: (sinceMs: number): number =>
      charged.reduce((sum, { atMs, amountSats }) => sum + (atMs >= sinceMs ? amountSats : 0), 0),
    /** Transactions that were ever committed, each once. */
    transactions: (): readonly number[] => [...new Set(charged.map(({ tx }) => tx))],
  };
};

/** A model. */
export type LedgerModel = ReturnType<typeof createLedgerModel>;
