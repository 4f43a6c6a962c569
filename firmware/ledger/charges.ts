/**
 * What was charged, by unsigned transaction: each once, under however many keys it was signed. A
 * charge is kept for a day after its transaction was last committed.
 */
import { DEVICE_LIMITS } from "../limits.ts";

/** What a transaction takes out of its wallet. */
export interface Charge {
  /** 32 bytes, as hashed: of the transaction without signatures. */
  readonly txid: Uint8Array;
  /** Inputs less change: the fee counts. */
  readonly amountSats: number;
}

/** A charge that was made. */
export interface ChargeEntry extends Charge {
  readonly atMs: number;
}

/** The charges of one boot. */
export interface Charges {
  /** Whether the transaction was charged; it then stays so for another day. */
  readonly renew: (txid: Uint8Array, nowMs: number) => boolean;
  /** False where there is no room for another. */
  readonly add: (charge: Charge, nowMs: number) => boolean;
  /** Satoshis charged at that time or later; it may lie a day back. */
  readonly since: (sinceMs: number) => number;
  /** Satoshis charged since the boot. */
  readonly total: () => number;
  /** Transactions charged since the boot. */
  readonly count: () => number;
  readonly entries: () => readonly ChargeEntry[];
}

/** A sum that stays exact, or says "more than there is" for amounts that only a liar claims. */
const add = (total: number, amountSats: number): number =>
  Math.min(Number.MAX_SAFE_INTEGER, total + amountSats);

/** Nothing charged. */
export const createCharges = (): Charges => {
  const held = new Map<string, { readonly entry: ChargeEntry; readonly seenMs: number }>();
  let [total, count] = [0, 0];
  const forgetOld = (nowMs: number): void => {
    // The oldest come first: what is renewed goes to the end.
    for (const [name, { seenMs }] of held) {
      if (nowMs - seenMs <= DEVICE_LIMITS.ledgerMs) return;
      held.delete(name);
    }
  };
  return {
    renew: (txid, nowMs) => {
      forgetOld(nowMs);
      const name = txid.toHex();
      const known = held.get(name);
      if (known === undefined) return false;
      held.delete(name);
      held.set(name, { entry: known.entry, seenMs: nowMs });
      return true;
    },
    add: ({ txid, amountSats }, nowMs) => {
      forgetOld(nowMs);
      if (held.size >= DEVICE_LIMITS.ledgerKeys) return false;
      const entry = { txid, amountSats, atMs: nowMs };
      held.set(txid.toHex(), { entry, seenMs: nowMs });
      total = add(total, amountSats);
      count += 1;
      return true;
    },
    since: (sinceMs) => {
      const after = [...held.values()].filter(({ entry }) => entry.atMs >= sinceMs);
      return after.reduce((sum, { entry }) => add(sum, entry.amountSats), 0);
    },
    total: () => total,
    count: () => count,
    entries: () => [...held.values()].map(({ entry }) => entry),
  };
};
