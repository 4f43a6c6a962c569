/** Which lock time a version 2 PSBT comes to (BIP-370, "Determining Lock Time"). */
import { PSBT_MALFORMED, type Refused } from "./refusal.ts";

/** Below it a lock time is a block's height, from it on seconds since 1970. */
const THRESHOLD = 500_000_000;

/** What the inputs demand, as it is read. */
export interface LockTimes {
  /** Begins an input. */
  readonly open: () => void;
  readonly take: (kind: "time" | "height", value: number) => Refused;
  /** The lock time; undefined where two inputs exclude each other. */
  readonly settle: (fallback: number) => number | undefined;
}

/** No input yet. */
export const createLockTimes = (): LockTimes => {
  const latest = { time: 0, height: 0 };
  /** Inputs that demand something, and of them those that demand each kind. */
  let demanding = 0;
  const counts = { time: 0, height: 0 };
  let isDemanding = false;
  return {
    open: () => {
      isDemanding = false;
    },
    take: (kind, value) => {
      const isOfKind = kind === "time" ? value >= THRESHOLD : value > 0 && value < THRESHOLD;
      if (!isOfKind) return PSBT_MALFORMED;
      latest[kind] = Math.max(latest[kind], value);
      counts[kind] += 1;
      if (!isDemanding) demanding += 1;
      isDemanding = true;
      return undefined;
    },
    settle: (fallback) => {
      if (demanding === 0) return fallback;
      if (counts.height === demanding) return latest.height;
      return counts.time === demanding ? latest.time : undefined;
    },
  };
};
