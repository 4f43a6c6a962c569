/** What control/ accepts at most: each number has its unit in its name, its reason beside it. */

/** The limits of the readers of requests and deny lists, and of the final check. */
export const CONTROL_LIMITS = {
  /** A batch larger than any transaction could pay. */
  requestLines: 10_000,
  /** Ten times what a well-formed request needs. */
  requestLineBytes: 4_096,
  /** More than all addresses on public sanctions lists, a hundred times over. */
  denyListLines: 1_000_000,
  /** Names are shown on screens and kept in logs. In UTF-16 units. */
  nameLength: 64,
  /** Below this, nodes do not relay an output of the oldest kind (P2PKH at 3 sat/vB). */
  dustSats: 546,
  /** All bitcoin there can be. */
  moneySats: 2_100_000_000_000_000,
  /** No transaction is heavier than a block: 4,000,000 weight units. */
  transactionBytes: 4_000_000,
  /** Sixteen keys, each with a long origin. */
  descriptorLength: 4_096,
  /** The small-number opcodes that a multisig script counts with end at 16. */
  descriptorKeys: 16,
  /** A rate the network has hardly ever asked for: above it, somebody erred. */
  feeRateSatsPerVbyte: 1_000,
} as const;
