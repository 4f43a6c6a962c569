/**
 * What was charged, by unsigned transaction and what of it was signed: each once, under however
 * many keys. A charge is kept for a day after it was last committed. A transaction's first charge
 * is what it takes; another part of it returns nothing a second time, and is charged in full: else
 * a host could have one half of a wallet's inputs signed as somebody else's beside the other.
 */
import { DEVICE_LIMITS } from "../limits.ts";

/** What a transaction takes out of its wallet. */
export interface Charge {
  /** 32 bytes, as hashed: of the transaction without signatures. */
  readonly txid: Uint8Array;
  /** Inputs less change: the fee counts. */
  readonly amountSats: number;
  /** What of it is signed; without it always the same. */
  readonly part?: ChargedPart;
}

/** What is signed of a transaction. */
export interface ChargedPart {
  /** 32 bytes that no other part has. */
  readonly name: Uint8Array;
  /** Its inputs, in full. */
  readonly amountSats: number;
}

/** A charge that was made. */
export interface ChargeEntry extends Omit<Charge, "part"> {
  readonly atMs: number;
}

/** The charges of one boot. */
export interface Charges {
  /** Whether it was charged; it then stays so for another day. */
  readonly renew: (charge: Charge, nowMs: number) => boolean;
  /** What it comes to, beside what was charged of its transaction. */
  readonly dueSats: (charge: Charge) => number;
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

const nameOf = ({ txid, part }: Charge): string =>
  part === undefined ? txid.toHex() : `${txid.toHex()}/${part.name.toHex()}`;

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
    renew: (charge, nowMs) => {
      forgetOld(nowMs);
      const name = nameOf(charge);
      const known = held.get(name);
      if (known === undefined) return false;
      held.delete(name);
      held.set(name, { entry: known.entry, seenMs: nowMs });
      return true;
    },
    dueSats: ({ txid, amountSats, part = { amountSats } }) => {
      const id = txid.toHex();
      const isBegun = [...held.keys()].some((name) => name.startsWith(id));
      return isBegun ? part.amountSats : amountSats;
    },
    add: (charge, nowMs) => {
      forgetOld(nowMs);
      if (held.size >= DEVICE_LIMITS.ledgerKeys) return false;
      const { txid, amountSats } = charge;
      const entry = { txid, amountSats, atMs: nowMs };
      held.set(nameOf(charge), { entry, seenMs: nowMs });
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
