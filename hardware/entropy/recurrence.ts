/**
 * A third health test, beside the two that SP 800-90B demands (its section 4.5 invites more): a
 * short run of samples, the anchor, must not come again. It finds what those two cannot see, a
 * source that repeats itself with a period longer than their window, or the same bytes each time.
 * The search is Knuth, Morris and Pratt's, so the anchor is all that is kept of the samples: who
 * uses the test feeds it an anchor that is thrown away.
 */

/** The test of one source. */
export interface RecurrenceTest {
  /** Samples of the anchor. */
  readonly length: number;
  /** Takes one sample; false where the anchor has come again, and ever after. */
  readonly take: (sample: number) => boolean;
  /** The next `length` samples are a new anchor. */
  readonly restart: () => void;
}

/** Samples after one anchor, at most, for which the chance of a false alarm holds: 2^14. */
const HORIZON_BITS = 14;

/** How long an anchor must be so that chance repeats it once in 2^bits anchors. */
export const anchorLength = (entropy: number, falseAlarmBits: number): number =>
  Math.ceil((falseAlarmBits + HORIZON_BITS) / entropy);

/** The test, before its first anchor; `length` in samples of a byte. */
export const createRecurrenceTest = (length: number): RecurrenceTest => {
  const anchor = new Uint8Array(length);
  /** For each of its beginnings, how much of its end is a beginning of the anchor too. */
  const borders = new Uint16Array(length);
  let taken = 0;
  let matched = 0;
  let healthy = true;

  const advance = (sample: number): void => {
    while (matched > 0 && sample !== anchor[matched]) matched = borders[matched - 1] ?? 0;
    if (sample === anchor[matched]) matched += 1;
  };

  return {
    length,
    take: (sample) => {
      if (taken < length) {
        anchor[taken] = sample;
        if (taken > 0) advance(sample);
        borders[taken] = matched;
        taken += 1;
        return healthy;
      }
      if (matched < length) advance(sample);
      if (matched === length) healthy = false;
      return healthy;
    },
    restart: () => {
      taken = 0;
      matched = 0;
      anchor.fill(0);
    },
  };
};
