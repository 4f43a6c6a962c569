/** Locks of the valid spend, absolute and relative: those nobody agreed on, and harmless ones. */

import { OUTPUTS, PREVOUTS, type SpendChange, signSpend, type TestLocks } from "./signed-spend.ts";

const withLocks = (locks: TestLocks): string => signSpend(OUTPUTS, [0, 1], PREVOUTS, locks);

const HEIGHT = 900_000;
const YEAR_2096 = 4_000_000_000;
const ONE_BLOCK = 1;
const OF_TIME = 0x0040_0001;
const DISABLED = 0x8000_0000;
const FINAL = 0xffff_ffff;

const lockTimeChange = (name: string, held: number, lockTime: number | undefined): SpendChange => ({
  name,
  fails: ["lock-time"],
  changes: { txHex: withLocks({ lockTime: held }), lockTime },
});

const relativeChange = (name: string, locks: TestLocks): SpendChange => ({
  name,
  fails: ["lock-time"],
  changes: { txHex: withLocks(locks) },
});

/** Locks that keep a payment waiting without anybody's consent; the signatures are valid. */
export const LOCK_CHANGES: readonly SpendChange[] = [
  lockTimeChange("a lock time of a height", HEIGHT, undefined),
  lockTimeChange("a lock time in the year 2096", YEAR_2096, undefined),
  lockTimeChange("a lock time beside the agreed one", HEIGHT + 1, HEIGHT),
  lockTimeChange("no lock time where one is agreed on", 0, HEIGHT),
  lockTimeChange("a lock time that is agreed on as no number", 0, Number.NaN),
  relativeChange("BIP-68: a relative lock of a block", { sequences: [ONE_BLOCK] }),
  relativeChange("BIP-68: a relative lock on the last input", { sequences: [FINAL, FINAL, 0] }),
  relativeChange("BIP-68: a relative lock of time", { sequences: [FINAL, OF_TIME] }),
  relativeChange("BIP-68: a relative lock under version 3", { version: 3, sequences: [ONE_BLOCK] }),
  relativeChange("BIP-68: a relative lock under a negative version", {
    version: -1,
    sequences: [ONE_BLOCK],
  }),
];

/** Locks that are agreed on, and sequences that lock nothing. */
export const LOCKS_THAT_PASS = [
  { name: "the agreed lock time", changes: { txHex: withLocks({ lockTime: 9 }), lockTime: 9 } },
  {
    name: "BIP-68: sequences whose bit 31 is set",
    changes: { txHex: withLocks({ sequences: [DISABLED, DISABLED + ONE_BLOCK, FINAL] }) },
  },
  {
    name: "BIP-68: version 1, which has no relative locks",
    changes: { txHex: withLocks({ version: 1, sequences: [ONE_BLOCK] }) },
  },
] as const;
