/**
 * The simulated world: virtual time, and the programs and boards that live in it. Whatever is to
 * happen waits in one queue; after each step all that was promised is kept before time goes on, so
 * a run is a pure function of its seed.
 */
import { drainMicrotasks } from "bun:jsc";
import { assert } from "../../protocol/errors.ts";

/** Something that works: a host's process, or a boot of a device. It has its own processor. */
export interface Actor {
  readonly name: string;
  /** Its time, which runs ahead of the world's while it is at work. */
  readonly nowMs: () => number;
  /** Runs `action` once; the result cancels it. Nothing runs once the actor is gone. */
  readonly after: (delayMs: number, action: () => void) => () => void;
  /** Is busy for so long: what falls due meanwhile waits. */
  readonly spend: (ms: number) => void;
  /** Ends it in the middle of whatever it does. */
  readonly kill: () => void;
  readonly isAlive: () => boolean;
}

/** Events of one run: what never comes to rest is stopped, and fails for not being done. */
const MOST_STEPS = 5_000_000;

/** Time, and the events in it. */
export interface World {
  readonly nowMs: () => number;
  /** Runs `action` once, `delayMs` from now; the result cancels it. */
  readonly after: (delayMs: number, action: () => void) => () => void;
  readonly createActor: (name: string) => Actor;
  /** Goes on until `isDone`, until that time, or for `MOST_STEPS`; whether it is done. */
  readonly runUntil: (isDone: () => boolean, untilMs: number) => boolean;
  /** How many events there were. */
  readonly steps: () => number;
}

interface Event {
  dueMs: number;
  readonly id: number;
  readonly actor: { busyUntilMs: number; isGone: boolean } | undefined;
  action: (() => void) | undefined;
}

const isBefore = (a: Event, b: Event): boolean =>
  a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.id < b.id);

/** A binary heap: the earliest event is on top, and of two at one time the one made first. */
const createQueue = () => {
  const heap: Event[] = [];
  const lift = (event: Event): void => {
    let at = heap.push(event) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || isBefore(parent, event)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = event;
  };
  const childOf = (at: number): number => {
    const [left, right] = [heap[2 * at + 1], heap[2 * at + 2]];
    return left !== undefined && right !== undefined && isBefore(right, left)
      ? 2 * at + 2
      : 2 * at + 1;
  };
  const sink = (event: Event): void => {
    let at = 0;
    for (let child = childOf(at); ; child = childOf(at)) {
      const below = heap[child];
      if (below === undefined || isBefore(event, below)) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = event;
  };
  return {
    add: lift,
    peek: () => heap[0],
    take: (): void => {
      const last = heap.pop();
      if (last !== undefined && heap.length > 0) sink(last);
    },
  };
};

/** A world at time 0, in which nothing happens yet. */
export const createWorld = (): World => {
  const queue = createQueue();
  let nowMs = 0;
  let lastId = 0;
  let steps = 0;

  const add = (dueMs: number, action: () => void, actor?: Event["actor"]): (() => void) => {
    assert(Number.isFinite(dueMs), "a time"); // NaN would unsettle the queue's order
    lastId += 1;
    const event: Event = { dueMs, id: lastId, actor, action };
    queue.add(event);
    return () => {
      event.action = undefined;
    };
  };
  const run = (event: Event): void => {
    const { actor, action, dueMs } = event;
    if (action === undefined || actor?.isGone === true) return;
    if (actor !== undefined && actor.busyUntilMs > dueMs) {
      event.dueMs = actor.busyUntilMs; // its place among those that wait with it stays
      queue.add(event);
      return;
    }
    steps += 1;
    action();
    drainMicrotasks();
  };
  return {
    nowMs: () => nowMs,
    steps: () => steps,
    after: (delayMs, action) => add(nowMs + Math.max(0, delayMs), action),
    createActor: (name) => {
      const self = { busyUntilMs: 0, isGone: false };
      const ownMs = (): number => Math.max(nowMs, self.busyUntilMs);
      return {
        name,
        nowMs: ownMs,
        after: (delayMs, action) => add(ownMs() + Math.max(0, delayMs), action, self),
        spend: (ms) => {
          self.busyUntilMs = ownMs() + ms;
        },
        kill: () => {
          self.isGone = true;
        },
        isAlive: () => !self.isGone,
      };
    },
    runUntil: (isDone, untilMs) => {
      while (!isDone()) {
        const event = queue.peek();
        if (event === undefined || event.dueMs > untilMs || steps > MOST_STEPS) return false;
        queue.take();
        nowMs = event.dueMs;
        run(event);
      }
      return true;
    },
  };
};
