/**
 * The anomaly rules that stand before the vault: every withdrawal passes, is held for people or is
 * refused, with evidence from every rule. Pure: the past and the time come in, and nothing is
 * remembered here. This is not the signers' policy, which each signer enforces on its own.
 */

import type { Withdrawal } from "../withdrawal.ts";
import { recall, remember, type ScreeningContext, sight } from "./past.ts";
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

const judge = (sighting: Sighting, limits: ScreeningLimits): Screening => {
  const evidence = RULES.map((rule) => rule(sighting, limits));
  return { verdict: worstVerdict(evidence.map(({ verdict }) => verdict)), evidence };
};

/** Screens one withdrawal: the worst verdict of any rule wins. */
export const screen = (withdrawal: Withdrawal, context: ScreeningContext): Screening =>
  judge(sight(withdrawal, recall(context)), context.limits);

/**
 * Screens withdrawals in their order. What passes counts towards its user's velocity and towards
 * what its address gets; it does not make the address known, since it is not paid yet.
 */
export const screenBatch = (
  requests: readonly Withdrawal[],
  context: ScreeningContext,
): readonly ScreenedWithdrawal[] => {
  const past = recall(context);
  return requests.map((withdrawal) => {
    const screening = judge(sight(withdrawal, past), context.limits);
    if (screening.verdict === "pass") remember(past, withdrawal);
    return { withdrawal, ...screening };
  });
};
