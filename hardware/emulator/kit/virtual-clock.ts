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
}

interface Event {
  readonly dueMs: number;
  action: (() => void) | undefined;
}

/** Events by their time, those of one time in the order in which they came. */
const createAgenda = () => {
  const events: Event[] = [];
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
    /** A clock that many share may never come to the time of what was taken back. */
    remove: (event: Event): void => {
      const at = events.lastIndexOf(event, placeOf(event.dueMs));
      if (at >= 0) events.splice(at, 1);
    },
    next: (): Event | undefined => events[0],
    take: (): void => void events.shift(),
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
    const untilMs = Math.max(...[...horizons].map((horizon) => horizon.untilMs));
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
      agenda.add(event);
      return () => {
        if (event.action === undefined) return; // it happened
        event.action = undefined;
        agenda.remove(event);
      };
    },
    advance: (ms) => {
      assert(ms >= 0, "time never goes back");
      return within(state.nowMs + ms, passed(state.nowMs + ms));
    },
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
