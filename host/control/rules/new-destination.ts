/** New destination: a user's first payment to an address is for people to look at, if large. */

import type { Evidence, ScreeningLimits, Sighting } from "./evidence.ts";

const describe = (isKnown: boolean, isWithin: boolean): string => {
  if (isKnown) return "The user was paid at this address before.";
  return isWithin
    ? "The user was never paid at this address, and the amount is small."
    : "The user was never paid at this address, and the amount is large.";
};

/** Holds a first payment above the limit; passes smaller ones and those to known addresses. */
export const newDestination = (sighting: Sighting, limits: ScreeningLimits): Evidence => {
  const limit = limits.newDestination.holdAboveSats;
  const isWithin = sighting.amountSats <= limit;
  return {
    rule: "new-destination",
    verdict: sighting.isKnown || isWithin ? "pass" : "hold",
    means: describe(sighting.isKnown, isWithin),
    observed: sighting.amountSats,
    limit,
    unit: "sats",
  };
};
