/** A device's clock that stands still until a test moves it. */
import type { Clock } from "../../firmware/hal.ts";

/** A clock and the hand that moves it. */
export interface FakeClock extends Clock {
  /** Moves the time on and runs what falls due, in order. */
  readonly advance: (ms: number) => void;
  /** Timers that have neither run nor been cancelled. */
  readonly waiting: () => number;
}

interface Timer {
  readonly dueMs: number;
  readonly action: () => void;
}

/** A clock at one second. A timer without delay runs by itself, as an event of its own. */
export const createFakeClock = (): FakeClock => {
  const timers = new Map<number, Timer>();
  let nowMs = 1000;
  let lastId = 0;

  const run = (id: number): void => {
    const timer = timers.get(id);
    timers.delete(id);
    timer?.action();
  };
  const nextDue = (untilMs: number): [number, Timer] | undefined => {
    const due = [...timers].filter(([, { dueMs }]) => dueMs <= untilMs);
    return due.toSorted(([, a], [, b]) => a.dueMs - b.dueMs)[0];
  };
  return {
    nowMs: () => nowMs,
    after: (delayMs, action) => {
      lastId += 1;
      const id = lastId;
      timers.set(id, { dueMs: nowMs + delayMs, action });
      if (delayMs <= 0) setImmediate(run, id);
      return () => void timers.delete(id);
    },
    advance: (ms) => {
      const untilMs = nowMs + ms;
      for (let due = nextDue(untilMs); due !== undefined; due = nextDue(untilMs)) {
        nowMs = Math.max(nowMs, due[1].dueMs);
        run(due[0]);
      }
      nowMs = untilMs;
    },
    waiting: () => timers.size,
  };
};
