/** What a screening rule sees and says: plain data, to be kept, shown and judged again. */

/** From best to worst: pay, ask people, do not pay. */
export const VERDICTS = ["pass", "hold", "refuse"] as const;

/** What is to become of a withdrawal. */
export type Verdict = (typeof VERDICTS)[number];

/** The rules there are. */
export type RuleName = "velocity" | "new-destination" | "deny-list";

/**
 * Why a rule decided as it did: `means` is one sentence for people; the rule compared `observed`
 * with `limit`, both in `unit`, and where it looks back, over `windowMs`.
 */
export interface Evidence {
  readonly rule: RuleName;
  readonly verdict: Verdict;
  readonly means: string;
  readonly observed: number;
  readonly limit: number;
  readonly unit: "sats" | "entries";
  readonly windowMs?: number;
}

/** The limits of the rules that have some; "above" excludes the limit itself. */
export interface ScreeningLimits {
  readonly newDestination: { readonly holdAboveSats: number };
  readonly velocity: {
    readonly windowMs: number;
    readonly holdAboveSats: number;
    readonly refuseAboveSats: number;
  };
}

/**
 * One withdrawal in the light of the past: `recentSats` is what its user was paid within the
 * window, together with what the batch passed so far; `destinationSats` is the same for its script
 * and all users; `isKnown` says whether this user was paid at this address before; `deniedEntries`
 * counts the deny-list entries with its script and is `undefined` where the address cannot be read;
 * `unreadableEntry` is the place, counted from 1, of the first entry that cannot be.
 */
export interface Sighting {
  readonly amountSats: number;
  readonly recentSats: number;
  readonly destinationSats: number;
  readonly isKnown: boolean;
  readonly deniedEntries: number | undefined;
  readonly unreadableEntry: number | undefined;
}

/** The worst of some verdicts; `pass` of none. */
export const worstVerdict = (verdicts: readonly Verdict[]): Verdict =>
  VERDICTS.findLast((verdict) => verdicts.includes(verdict)) ?? "pass";
