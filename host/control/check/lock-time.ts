/**
 * The point about when a transaction may be mined: a lock nobody agreed on would keep a paid
 * customer waiting, for years or for ever. Sources: nLockTime of the Bitcoin protocol; BIP-68
 * ("Specification").
 */

import type { Objection } from "./input-points.ts";
import type { TransactionView } from "./transaction.ts";

const RELATIVE_LOCK_VERSION = 2;
const RELATIVE_LOCK_DISABLED = 0x8000_0000;

// BIP-68 reads the version as unsigned: a negative one has relative locks too.
const hasRelativeLocks = (version: number): boolean => version >>> 0 >= RELATIVE_LOCK_VERSION;

// Unsigned again, since bit 31 would otherwise make a negative number.
const isDisabled = (sequence: number): boolean =>
  (sequence & RELATIVE_LOCK_DISABLED) >>> 0 === RELATIVE_LOCK_DISABLED;

/** The lock time is the expected one (0 without one), and no input waits for its coin's age. */
export const judgeLockTime = (
  { version, inputs, lockTime }: TransactionView,
  expected: number | undefined,
): Objection => {
  const agreed = expected ?? 0;
  if (lockTime !== agreed) return `The lock time is ${lockTime}, not ${agreed}.`;
  const locked = inputs.findIndex(({ sequence }) => !isDisabled(sequence));
  return hasRelativeLocks(version) && locked !== -1
    ? `Input ${locked}: its sequence enables a relative lock.`
    : undefined;
};
