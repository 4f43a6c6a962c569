/** How long a channel refuses handshakes after those that failed. */

/** First and longest wait, in milliseconds; each failure doubles it. */
export const BACK_OFF = { first: 250, most: 8000 } as const;

/** A wait that grows with each failure, until one handshake succeeds. */
export interface BackOff {
  readonly isOver: (nowMs: number) => boolean;
  readonly failed: (nowMs: number) => void;
  readonly succeeded: () => void;
}

/** Nothing failed yet. */
export const createBackOff = (): BackOff => {
  let failures = 0;
  let untilMs = 0;
  return {
    isOver: (nowMs) => nowMs >= untilMs,
    failed: (nowMs) => {
      untilMs = nowMs + Math.min(BACK_OFF.first * 2 ** failures, BACK_OFF.most);
      failures += 1;
    },
    succeeded: () => {
      failures = 0;
    },
  };
};
