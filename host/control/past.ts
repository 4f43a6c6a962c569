/** What screening remembers for the length of a batch: sums, known destinations, denied scripts. */

import type { NetworkName, Withdrawal } from "../withdrawal.ts";
import { keyOfUser } from "./names.ts";
import { scriptOfAddress } from "./network.ts";
import type { ScreeningLimits, Sighting } from "./rules/evidence.ts";

/** A payment made; `timeMs` is Unix time. */
export interface PastPayment {
  readonly user: string;
  readonly address: string;
  readonly amountSats: number;
  readonly timeMs: number;
}

/**
 * What screening looks at beside the withdrawal; payments later than `nowMs` count as recent. With
 * an entry of the deny list that cannot be read, every withdrawal is refused: `readDenyList` tells
 * which lines those are.
 */
export interface ScreeningContext {
  readonly nowMs: number;
  readonly history: readonly PastPayment[];
  readonly denyList: ReadonlySet<string> | readonly string[];
  readonly limits: ScreeningLimits;
  readonly network: NetworkName;
}

type Paid = Omit<PastPayment, "timeMs">;

/** Sums of satoshi by user (`keyOfUser`) and by script (hex, whoever is paid there). */
interface Sums {
  readonly byUser: Map<string, number>;
  readonly byScript: Map<string, number>;
}

interface Denied {
  readonly scripts: ReadonlyMap<string, number>;
  readonly unreadableEntry: number | undefined;
}

/** The past of a batch; its sums grow by what `remember` adds. */
export interface Past {
  readonly network: NetworkName;
  readonly sums: Sums;
  readonly destinations: ReadonlyMap<string, ReadonlySet<string>>;
  readonly denied: Denied;
}

const add = (sums: Map<string, number>, key: string, amountSats: number): void => {
  sums.set(key, (sums.get(key) ?? 0) + Math.max(amountSats, 0));
};

const addPayment = (
  sums: Sums,
  { user, address, amountSats }: Paid,
  network: NetworkName,
): void => {
  add(sums.byUser, keyOfUser(user), amountSats);
  const script = scriptOfAddress(address, network);
  if (script !== undefined) add(sums.byScript, script, amountSats);
};

const sumRecent = ({ history, nowMs, limits, network }: ScreeningContext): Sums => {
  const sums: Sums = { byUser: new Map(), byScript: new Map() };
  const sinceMs = nowMs - limits.velocity.windowMs;
  for (const payment of history) {
    // "Not older", so that a time which is no number counts and does not vanish.
    if (payment.timeMs <= sinceMs) continue;
    addPayment(sums, payment, network);
  }
  return sums;
};

// By the exact name: a user whose name merely resembles another's knows none of their addresses.
const listDestinations = ({ history, network }: ScreeningContext): Past["destinations"] => {
  const destinations = new Map<string, Set<string>>();
  for (const { user, address } of history) {
    const script = scriptOfAddress(address, network);
    if (script === undefined) continue;
    const known = destinations.get(user) ?? new Set<string>();
    destinations.set(user, known.add(script));
  }
  return destinations;
};

const countDenied = ({ denyList, network }: ScreeningContext): Denied => {
  const scripts = [...denyList].map((address) => scriptOfAddress(address.trim(), network));
  const unreadable = scripts.indexOf(undefined);
  const counts = new Map<string, number>();
  for (const script of scripts) {
    if (script !== undefined) counts.set(script, (counts.get(script) ?? 0) + 1);
  }
  return { scripts: counts, unreadableEntry: unreadable === -1 ? undefined : unreadable + 1 };
};

/** Goes through the history and the deny list once. */
export const recall = (context: ScreeningContext): Past => ({
  network: context.network,
  sums: sumRecent(context),
  destinations: listDestinations(context),
  denied: countDenied(context),
});

/** Adds a withdrawal that passed to the sums; not to the known destinations: it is not paid yet. */
export const remember = ({ sums, network }: Past, withdrawal: Withdrawal): void =>
  addPayment(sums, withdrawal, network);

/** Sees a withdrawal in the light of the past. */
export const sight = ({ user, address, amountSats }: Withdrawal, past: Past): Sighting => {
  const { sums, destinations, denied, network } = past;
  const script = scriptOfAddress(address, network);
  return {
    amountSats,
    recentSats: sums.byUser.get(keyOfUser(user)) ?? 0,
    destinationSats: script === undefined ? 0 : (sums.byScript.get(script) ?? 0),
    isKnown: script !== undefined && (destinations.get(user)?.has(script) ?? false),
    deniedEntries: script === undefined ? undefined : (denied.scripts.get(script) ?? 0),
    unreadableEntry: denied.unreadableEntry,
  };
};
