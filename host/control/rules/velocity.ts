/** Velocity: how much one user takes out within the window, the withdrawal in question included. */

import type { Evidence, ScreeningLimits, Sighting, Verdict } from "./evidence.ts";

const MEANS = {
  pass: "The user stays within the limit of the window.",
  hold: "The user would take out more within the window than passes without people.",
  refuse: "The user would take out more within the window than is ever paid.",
} as const satisfies Record<Verdict, string>;

// Written as "not within", so that an amount which is no number is refused and does not pass.
const judge = (totalSats: number, limits: ScreeningLimits["velocity"]): Verdict => {
  if (!(totalSats <= limits.refuseAboveSats)) return "refuse";
  return totalSats <= limits.holdAboveSats ? "pass" : "hold";
};

/** Holds or refuses what lifts a user's sum within the window above the limits. */
export const velocity = (sighting: Sighting, { velocity: limits }: ScreeningLimits): Evidence => {
  const totalSats = sighting.recentSats + sighting.amountSats;
  const verdict = judge(totalSats, limits);
  return {
    rule: "velocity",
    verdict,
    means: MEANS[verdict],
    observed: totalSats,
    limit: verdict === "refuse" ? limits.refuseAboveSats : limits.holdAboveSats,
    unit: "sats",
    windowMs: limits.windowMs,
  };
};
