/**
 * New destination: what goes to an address where a user was never paid is for people to look at,
 * if large. All of it counts, whoever it is for: an amount in ten parts is the same amount.
 */

import type { Evidence, ScreeningLimits, Sighting } from "./evidence.ts";

const describe = (isKnown: boolean, isWithin: boolean): string => {
  if (isKnown) return "The user was paid at this address before.";
  return isWithin
    ? "The user was never paid at this address, and little goes there within the window."
    : "The user was never paid at this address, and much would go there within the window.";
};

/**
 * Holds a payment to an address new to its user where it lifts the address's sum within the
 * velocity's window above the limit; passes the others and those to known addresses.
 */
export const newDestination = (sighting: Sighting, limits: ScreeningLimits): Evidence => {
  const limit = limits.newDestination.holdAboveSats;
  const totalSats = sighting.destinationSats + sighting.amountSats;
  const isWithin = totalSats <= limit;
  return {
    rule: "new-destination",
    verdict: sighting.isKnown || isWithin ? "pass" : "hold",
    means: describe(sighting.isKnown, isWithin),
    observed: totalSats,
    limit,
    unit: "sats",
    windowMs: limits.velocity.windowMs,
  };
};
