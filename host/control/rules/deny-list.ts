/** Deny list: addresses that are never paid, compared by the script they stand for. */

import type { Evidence, Sighting } from "./evidence.ts";

// A list with an unreadable entry clears nobody: the entry may have meant this very address.
const describe = ({ deniedEntries, unreadableEntry }: Sighting): string => {
  if (deniedEntries === undefined) return "The address cannot be read, so no list can clear it.";
  if (deniedEntries > 0) return "The address is on the deny list.";
  return unreadableEntry === undefined
    ? "The address is not on the deny list."
    : `Entry ${unreadableEntry} of the deny list cannot be read, so the list clears no address.`;
};

/** Refuses an address that is listed or cannot be read, and any where the list cannot be. */
export const denyList = (sighting: Sighting): Evidence => {
  const { deniedEntries, unreadableEntry } = sighting;
  const isCleared = deniedEntries === 0 && unreadableEntry === undefined;
  return {
    rule: "deny-list",
    verdict: isCleared ? "pass" : "refuse",
    means: describe(sighting),
    observed: deniedEntries ?? 0,
    limit: 0,
    unit: "entries",
  };
};
