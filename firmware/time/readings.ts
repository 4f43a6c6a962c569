/**
 * What a statement of time is worth later. It was signed after its nonce was issued and before it
 * was received, both by the device's monotonic clock; so if it was true, the time now lies between
 * two readings, which drift apart by what that clock may err.
 */

/** How wrong the monotonic clock may be: 100 parts in a million, as crystals are sold. */
const DRIFT = 1e-4;

/** A statement that was accepted. */
export interface Reading {
  /** Milliseconds since 1970, as it was said. */
  readonly timeMs: number;
  /** By the device's clock. */
  readonly issuedMs: number;
  readonly receivedMs: number;
}

/** The least that the time can be. */
export const earliest = ({ timeMs, receivedMs }: Reading, nowMs: number): number =>
  timeMs + (nowMs - receivedMs) * (1 - DRIFT);

/** The most that it can be. */
export const latest = ({ timeMs, issuedMs }: Reading, nowMs: number): number =>
  timeMs + (nowMs - issuedMs) * (1 + DRIFT);

/** What one signer's statements are worth: of each reading the greatest. */
export interface SignerReadings {
  readonly forWaits: Reading;
  readonly forEnds: Reading;
}

/** With one statement more; which of two is greater does not change with time. */
export const withReading = (
  before: SignerReadings | undefined,
  reading: Reading,
  nowMs: number,
): SignerReadings => {
  if (before === undefined) return { forWaits: reading, forEnds: reading };
  const isLater = earliest(reading, nowMs) > earliest(before.forWaits, nowMs);
  const endsLater = latest(reading, nowMs) > latest(before.forEnds, nowMs);
  return {
    forWaits: isLater ? reading : before.forWaits,
    forEnds: endsLater ? reading : before.forEnds,
  };
};
