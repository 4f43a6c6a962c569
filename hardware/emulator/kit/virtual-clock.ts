/**
 * Time that passes only when it is wanted, and then at once: for devices and hosts alike. What is
 * due at one time happens in the order in which it was asked for, and nothing else moves, so a run
 * is a function of its seed.
 */
import { assert } from "../../../protocol/errors.ts";

/** A clock for devices and hosts, and the hand that moves it. */
export interface VirtualClock {
  readonly nowMs: () => number;
  /** Runs `action` once, `delayMs` from now; the result cancels it. */
  readonly after: (delayMs: number, action: () => void) => () => void;
  /** Lets so many milliseconds pass; what falls due meanwhile happens. */
  readonly advance: (ms: number) => Promise<void>;
  /** Lets time pass until the promise is settled: from event to event, never waiting. */
  readonly until: <T>(promise: Promise<T>) => Promise<T>;
  /** Work outside of this clock's time, as of a thread: time stands still for it. */
  readonly hold: <T>(work: Promise<T>) => Promise<T>;
  /** Events that are kept, those among them that were called off. */
  readonly waiting: () => number;
}

interface Event {
  readonly dueMs: number;
  action: (() => void) | undefined;
}

/** Events that were called off and stay in the agenda before it is tidied, and then half of it. */
const MOST_CANCELLED = 64;

/** Events by their time, those of one time in the order in which they came. */
const createAgenda = () => {
  let events: Event[] = [];
  let cancelled = 0;
  const placeOf = (dueMs: number): number => {
    let [low, high] = [0, events.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const found = events[middle];
      if (found !== undefined && found.dueMs <= dueMs) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return {
    add: (event: Event): void => void events.splice(placeOf(event.dueMs), 0, event),
    next: (): Event | undefined => {
      while (events[0] !== undefined && events[0].action === undefined) {
        events.shift();
        cancelled -= 1;
      }
      return events[0];
    },
    take: (): void => void events.shift(),
    /** Lines and calls set a timer and call it off for every frame: those must not pile up. */
    cancel: (event: Event): void => {
      if (event.action === undefined) return; // it has happened, or was called off before
      event.action = undefined;
      cancelled += 1;
      if (cancelled < MOST_CANCELLED || cancelled * 2 < events.length) return;
      events = events.filter(({ action }) => action !== undefined);
      cancelled = 0;
    },
    size: () => events.length,
  };
};

/** Lets everything that was promised come true, and what the system has for us arrive. */
const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** Turns in which nothing happens before the processor is left alone for a while. */
const PATIENT_TURNS = 64;

const rest = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, 1));

/** Moves the events of an agenda. */
const createHand = () => {
  const agenda = createAgenda();
  /** Until when time may pass: a time for each that moves it, for ever while one waits. */
  const horizons = new Set<{ readonly untilMs: number }>();
  const state: { nowMs: number; held: number; running: Promise<void> | undefined } = {
    nowMs: 0,
    held: 0,
    running: undefined,
  };
  const step = (): boolean => {
    const event = agenda.next();
    // Who lets a while pass finds himself at its end, whoever else waits for something later.
    const untilMs = Math.min(...[...horizons].map((horizon) => horizon.untilMs));
    if (event === undefined || event.dueMs > untilMs) return false;
    agenda.take();
    state.nowMs = Math.max(state.nowMs, event.dueMs);
    const { action } = event;
    event.action = undefined;
    action?.();
    return true;
  };
  /** From event to event, as long as somebody wants time to pass. */
  const run = async (): Promise<void> => {
    let idle = 0;
    try {
      while (horizons.size > 0) {
        await (idle < PATIENT_TURNS ? turn() : rest());
        const isStepped = state.held === 0 && horizons.size > 0 && step();
        idle = isStepped ? 0 : idle + 1;
      }
    } finally {
      state.running = undefined;
    }
  };
  const within = async <T>(untilMs: number, work: Promise<T>): Promise<T> => {
    const horizon = { untilMs };
    horizons.add(horizon);
    state.running ??= run();
    try {
      // What an event throws is thrown where time was wanted.
      return await Promise.race([work, state.running.then(() => work)]);
    } finally {
      horizons.delete(horizon);
    }
  };
  return { agenda, state, within };
};

/** A clock at time 0. */
export const createVirtualClock = (): VirtualClock => {
  const { agenda, state, within } = createHand();
  /** Nothing is left that is due by then, nor about to ask for something. */
  const passed = async (untilMs: number): Promise<void> => {
    for (let quiet = 0; quiet < 2; quiet += 1) {
      await turn();
      const event = agenda.next();
      if (state.held > 0 || (event !== undefined && event.dueMs <= untilMs)) quiet = -1;
    }
    state.nowMs = Math.max(state.nowMs, untilMs);
  };
  return {
    nowMs: () => state.nowMs,
    after: (delayMs, action) => {
      assert(!Number.isNaN(delayMs), "a delay is a number");
      const event: Event = { dueMs: state.nowMs + Math.max(0, delayMs), action };
      // Never is no time that could be reached: a wait would end there.
      if (event.dueMs < Number.POSITIVE_INFINITY) agenda.add(event);
      return () => agenda.cancel(event);
    },
    advance: (ms) => {
      assert(ms >= 0 && Number.isFinite(ms), "time passes for a while, and never goes back");
      return within(state.nowMs + ms, passed(state.nowMs + ms));
    },
    waiting: agenda.size,
    until: (promise) => within(Number.POSITIVE_INFINITY, promise),
    hold: async (work) => {
      state.held += 1;
      try {
        return await work;
      } finally {
        state.held -= 1;
      }
    },
  };
};
