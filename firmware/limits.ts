/** Limits of the device itself: name, unit, reason. Those of the wire are in protocol/limits.ts. */
export const DEVICE_LIMITS = {
  /** Milliseconds a person has to answer a screen. */
  consentMs: 120_000,
  /** Milliseconds without a question after one that nobody answered: a late press is lost. */
  dwellMs: 1000,
  /** Milliseconds after which an unfinished set of shares is wiped (CUSTODY, section 4). */
  unfinishedSetMs: 900_000,
  /** SLIP-39 iteration exponent of a share: what genesis makes; each step doubles the deaf time. */
  shareExponent: 0,
  /** Idempotency keys remembered: a host retries at once or not at all. */
  rememberedCalls: 64,
  /** Calls at work at once that may wait for a person; the others are answered as they come. */
  openCalls: 16,
  /** Registered wallets. */
  wallets: 32,
  /** Milliseconds of work between two looks at the line. */
  sliceMs: 5,
  /** Milliseconds that a last reply has to leave before the process ends. */
  farewellMs: 250,
} as const;
