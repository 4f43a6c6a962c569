/**
 * A device's own view of a virtual clock: it counts what has happened to the device, so that what
 * comes from outside has a place between its events, and it can be stopped at such a place.
 */
import type { Clock } from "../../../firmware/hal.ts";

/** A device's clock. */
export interface DeviceClock extends Clock {
  /** So many of its events have happened. */
  readonly steps: () => number;
  /** Events beyond so many wait; those that have waited for less come now, in their order. */
  readonly allow: (steps: number) => void;
}

interface Event {
  action: (() => void) | undefined;
}

/** The device's clock on another; everything is allowed. */
export const createDeviceClock = (clock: Clock): DeviceClock => {
  let [steps, allowed, waiting]: [number, number, Event[]] = [0, Number.POSITIVE_INFINITY, []];
  const happen = (event: Event): void => {
    const { action } = event;
    if (action === undefined) return;
    if (steps >= allowed) {
      waiting.push(event);
      return;
    }
    steps += 1;
    event.action = undefined;
    action();
  };
  return {
    nowMs: clock.nowMs,
    after: (delayMs, action) => {
      const event: Event = { action };
      const cancel = clock.after(delayMs, () => happen(event));
      return () => {
        event.action = undefined;
        cancel();
      };
    },
    steps: () => steps,
    allow: (most) => {
      allowed = most;
      const late = waiting;
      waiting = [];
      for (const event of late) clock.after(0, () => happen(event));
    },
  };
};
