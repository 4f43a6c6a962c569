/**
 * The anomaly rules that stand before the vault: every withdrawal passes, is held for people or is
 * refused, with evidence from every rule. Pure: the past and the time come in, and nothing is
 * remembered here. This is not the signers' policy, which each signer enforces on its own.
 */

import type { NetworkName, Withdrawal } from "../withdrawal.ts";
import { scriptOfAddress } from "./network.ts";
import { denyList } from "./rules/deny-list.ts";
import {
  type Evidence,
  type ScreeningLimits,
  type Sighting,
  type Verdict,
  worstVerdict,
} from "./rules/evidence.ts";
import { newDestination } from "./rules/new-destination.ts";
import { velocity } from "./rules/velocity.ts";

/** A payment made; `timeMs` is Unix time. */
export interface PastPayment {
  readonly user: string;
  readonly address: string;
  readonly amountSats: number;
  readonly timeMs: number;
}

/** What screening looks at beside the withdrawal; payments later than `nowMs` count as recent. */
export interface ScreeningContext {
  readonly nowMs: number;
  readonly history: readonly PastPayment[];
  readonly denyList: ReadonlySet<string> | readonly string[];
  readonly limits: ScreeningLimits;
  readonly network: NetworkName;
}

/** The verdict on a withdrawal, and why: one piece of evidence from each rule. */
export interface Screening {
  readonly verdict: Verdict;
  readonly evidence: readonly Evidence[];
}

/** A screening together with the withdrawal it is about. */
export interface ScreenedWithdrawal extends Screening {
  readonly withdrawal: Withdrawal;
}

const RULES = [denyList, velocity, newDestination] as const;

/** New addresses hold above 0.1 BTC; a user's day holds above 1 BTC and is refused above 10 BTC. */
export const DEFAULT_SCREENING_LIMITS = {
  newDestination: { holdAboveSats: 10_000_000 },
  velocity: {
    windowMs: 24 * 60 * 60 * 1_000,
    holdAboveSats: 100_000_000,
    refuseAboveSats: 1_000_000_000,
  },
} as const satisfies ScreeningLimits;

interface Past {
  readonly recentSats: ReadonlyMap<string, number>;
  readonly destinations: ReadonlyMap<string, ReadonlySet<string>>;
  readonly denied: ReadonlyMap<string, number>;
}

const sumRecent = ({ history, nowMs, limits }: ScreeningContext): ReadonlyMap<string, number> => {
  const sums = new Map<string, number>();
  const sinceMs = nowMs - limits.velocity.windowMs;
  for (const { user, amountSats, timeMs } of history) {
    // "Not older", so that a time which is no number counts and does not vanish.
    if (timeMs <= sinceMs) continue;
    sums.set(user, (sums.get(user) ?? 0) + Math.max(amountSats, 0));
  }
  return sums;
};

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

const countDenied = ({ denyList: entries, network }: ScreeningContext): Past["denied"] => {
  const denied = new Map<string, number>();
  for (const address of entries) {
    const script = scriptOfAddress(address.trim(), network);
    if (script !== undefined) denied.set(script, (denied.get(script) ?? 0) + 1);
  }
  return denied;
};

const recall = (context: ScreeningContext): Past => ({
  recentSats: sumRecent(context),
  destinations: listDestinations(context),
  denied: countDenied(context),
});

const sight = (
  { user, address, amountSats }: Withdrawal,
  past: Past,
  passedSats: number,
  network: NetworkName,
): Sighting => {
  const script = scriptOfAddress(address, network);
  return {
    amountSats,
    recentSats: (past.recentSats.get(user) ?? 0) + passedSats,
    isKnown: script !== undefined && (past.destinations.get(user)?.has(script) ?? false),
    deniedEntries: script === undefined ? undefined : (past.denied.get(script) ?? 0),
  };
};

const judge = (sighting: Sighting, limits: ScreeningLimits): Screening => {
  const evidence = RULES.map((rule) => rule(sighting, limits));
  return { verdict: worstVerdict(evidence.map(({ verdict }) => verdict)), evidence };
};

/** Screens one withdrawal: the worst verdict of any rule wins. */
export const screen = (withdrawal: Withdrawal, context: ScreeningContext): Screening =>
  judge(sight(withdrawal, recall(context), 0, context.network), context.limits);

/**
 * Screens withdrawals in their order. What passes counts towards its user's velocity; it does not
 * make an address known, since it is not paid yet.
 */
export const screenBatch = (
  requests: readonly Withdrawal[],
  context: ScreeningContext,
): readonly ScreenedWithdrawal[] => {
  const past = recall(context);
  const passedSats = new Map<string, number>();
  return requests.map((withdrawal) => {
    const passed = passedSats.get(withdrawal.user) ?? 0;
    const screening = judge(sight(withdrawal, past, passed, context.network), context.limits);
    if (screening.verdict === "pass") {
      passedSats.set(withdrawal.user, passed + withdrawal.amountSats);
    }
    return { withdrawal, ...screening };
  });
};
