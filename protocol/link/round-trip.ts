/** When to repeat a frame: round trips are measured (RFC 6298, with Karn's rule), not assumed. */

/** Bounds of a retransmission time, in milliseconds, and how often a frame is repeated. */
export const RETRANSMISSION = { first: 250, least: 50, most: 2000, tries: 8 } as const;

/** What is known of the line's round trips. */
export interface RoundTrip {
  /** Takes the time from a frame sent once to its acknowledgement; ends any backing off. */
  readonly measure: (roundTripMs: number) => void;
  /**
   * Doubles the time, until the next measurement: on a line slower than `first` every frame would
   * otherwise be repeated before its answer can come, and nothing could ever be measured
   * (RFC 6298, section 5.7).
   */
  readonly backOff: () => void;
  readonly timeoutMs: () => number;
  /** The shortest round trip so far, 0 before the first: no answer comes much sooner. */
  readonly shortestMs: () => number;
}

/** Nothing measured yet. */
export const createRoundTrip = (): RoundTrip => {
  let smoothed: number | undefined;
  let variance = 0;
  let doublings = 0;
  let shortest: number | undefined;
  /** A steady line has no variance: the margin keeps its timer behind its answers. */
  const baseMs = (): number =>
    smoothed === undefined
      ? RETRANSMISSION.first
      : smoothed + Math.max(RETRANSMISSION.least, 4 * variance);
  return {
    measure: (roundTripMs) => {
      doublings = 0;
      shortest = Math.min(roundTripMs, shortest ?? roundTripMs);
      const before = smoothed ?? roundTripMs;
      variance =
        smoothed === undefined
          ? roundTripMs / 2
          : 0.75 * variance + 0.25 * Math.abs(before - roundTripMs);
      smoothed = 0.875 * before + 0.125 * roundTripMs;
    },
    backOff: () => {
      doublings += 1;
    },
    timeoutMs: () => Math.min(baseMs() * 2 ** doublings, RETRANSMISSION.most),
    shortestMs: () => shortest ?? 0,
  };
};
