/**
 * What keeps a transaction waiting, for a person to read: its lock time, and the relative locks of
 * its inputs (BIP-65, "nLockTime"; BIP-68, "Specification").
 */
import { BITCOIN_LIMITS } from "../limits.ts";
import type { Transaction } from "../transaction/transaction.ts";
import { formatUtc } from "./utc.ts";

/** Below it a lock time is a block's height, from it on seconds since 1970. */
const LOCK_TIME_THRESHOLD = 500_000_000;
/** An input with it waits for nothing; if all have it, the lock time counts for nothing. */
const SEQUENCE_FINAL = 0xffffffff;
/** From it on (bit 31) a sequence is no relative lock. */
const SEQUENCE_NO_LOCK = 0x80000000;
/** Bit 22: the value counts 512 seconds, not blocks. */
const SEQUENCE_IS_TIME = 0x00400000;
const SEQUENCE_VALUE = 0xffff;
const RELATIVE_LOCK_VERSION = 2;

type Timed = Pick<Transaction, "version" | "lockTime" | "sequences">;

const lockTimeLines = ({ lockTime, sequences }: Timed): readonly string[] => {
  const isEffective = lockTime !== 0 && sequences.some((sequence) => sequence !== SEQUENCE_FINAL);
  if (!isEffective) return [];
  return lockTime < LOCK_TIME_THRESHOLD
    ? [`Not before block ${lockTime}`]
    : [`Not before ${formatUtc(lockTime)}`];
};

/** How long an input waits; undefined where it does not. */
const waitOf = (sequence: number): string | undefined => {
  const value = sequence & SEQUENCE_VALUE;
  if (sequence >= SEQUENCE_NO_LOCK || value === 0) return undefined;
  if ((sequence & SEQUENCE_IS_TIME) !== 0) return `${value} × 512 s`;
  return value === 1 ? "1 block" : `${value} blocks`;
};

const relativeLines = ({ version, sequences }: Timed): readonly string[] => {
  if (version < RELATIVE_LOCK_VERSION) return [];
  const shown: string[] = [];
  let hidden = 0;
  for (const [at, sequence] of sequences.entries()) {
    const wait = waitOf(sequence);
    if (wait === undefined) continue;
    if (shown.length === BITCOIN_LIMITS.shownLocks) hidden += 1;
    else shown.push(`Input ${at + 1}: ${wait} after its coin`);
  }
  if (hidden === 0) return shown;
  return [...shown, `${hidden} more input${hidden === 1 ? " waits" : "s wait"} for a coin's age`];
};

/** The lines; none for a transaction that may be mined at once. */
export const lockLines = (transaction: Timed): readonly string[] => [
  ...lockTimeLines(transaction),
  ...relativeLines(transaction),
];
