/** The clock of this machine: monotonic, in milliseconds. */
import type { Clock } from "../../firmware/hal.ts";

/** A clock whose timers do not keep the process alive by themselves. */
export const createClock = (): Clock => ({
  nowMs: () => performance.now(),
  after: (delayMs, action) => {
    const timer = setTimeout(action, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
});
