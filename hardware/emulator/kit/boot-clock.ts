/**
 * The clock of one boot. What a boot is waiting for ends with it, as at a device that loses its
 * power: nothing of it happens to the next one, and nothing of it is kept.
 */
import type { Clock } from "../../../firmware/hal.ts";

/** A clock that can be stopped. */
export interface BootClock extends Clock {
  /** Cancels all that was asked for; what is asked for later never comes. */
  readonly stop: () => void;
}

/** A boot's clock on another one. */
export const createBootClock = (clock: Clock): BootClock => {
  const pending = new Set<() => void>();
  let isStopped = false;
  return {
    nowMs: clock.nowMs,
    after: (delayMs, action) => {
      if (isStopped) return () => undefined;
      const cancel = (): void => {
        if (pending.delete(cancel)) stopTimer();
      };
      const stopTimer = clock.after(delayMs, () => {
        if (pending.delete(cancel)) action();
      });
      pending.add(cancel);
      return cancel;
    },
    stop: () => {
      isStopped = true;
      for (const cancel of pending) cancel();
    },
  };
};
