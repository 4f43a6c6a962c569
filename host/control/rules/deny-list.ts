/** Deny list: addresses that are never paid, compared by the script they stand for. */

import type { Evidence, Sighting } from "./evidence.ts";

const describe = (entries: number | undefined): string => {
  if (entries === undefined) return "The address cannot be read, so no list can clear it.";
  return entries === 0
    ? "The address is not on the deny list."
    : "The address is on the deny list.";
};

/** Refuses an address that is listed, and one that cannot be read at all. */
export const denyList = ({ deniedEntries }: Sighting): Evidence => ({
  rule: "deny-list",
  verdict: deniedEntries === 0 ? "pass" : "refuse",
  means: describe(deniedEntries),
  observed: deniedEntries ?? 0,
  limit: 0,
  unit: "entries",
});
