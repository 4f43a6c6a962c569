/** The clock of this machine: monotonic, in milliseconds. */
import type { Clock } from "../../../firmware/hal.ts";

/** At once, but after the line had its turn: a timer of zero waits for a whole millisecond. */
const inTurn = (action: () => void): (() => void) => {
  const turn = setImmediate(action);
  return () => clearImmediate(turn);
};

/** A clock whose timers do not keep the process alive by themselves. */
export const createClock = (): Clock => ({
  nowMs: () => performance.now(),
  after: (delayMs, action) => {
    if (delayMs <= 0) return inTurn(action);
    const timer = setTimeout(action, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
});
