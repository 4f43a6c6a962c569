/**
 * Work that comes faster than it is done: after a slice of it the line has its turn, and then it
 * goes on, a piece of each caller in turn.
 */
import type { Clock } from "../hal.ts";
import { DEVICE_LIMITS } from "../limits.ts";

/** Takes work piece by piece. */
export interface Pace {
  /** Runs it now, or once the line has had its turn; false where too much of the caller waits. */
  readonly run: (caller: string, work: () => void) => boolean;
}

/** What waits, by caller: who was served goes to the end. */
const createQueue = () => {
  const waiting = new Map<string, (() => void)[]>();
  return {
    add: (caller: string, piece: () => void): boolean => {
      const own = waiting.get(caller) ?? [];
      if (own.length >= DEVICE_LIMITS.pacedCalls) return false;
      waiting.set(caller, [...own, piece]);
      return true;
    },
    next: (): (() => void) | undefined => {
      for (const [caller, [first, ...others]] of waiting) {
        waiting.delete(caller);
        if (others.length > 0) waiting.set(caller, others);
        return first;
      }
      return undefined;
    },
  };
};

/** Nothing done yet. */
export const createPace = (clock: Clock): Pace => {
  const queue = createQueue();
  let spentMs = 0;
  let isResting = false;

  const work = (piece: () => void): void => {
    const beganMs = clock.nowMs();
    piece();
    spentMs += clock.nowMs() - beganMs;
    if (spentMs <= DEVICE_LIMITS.sliceMs) return;
    isResting = true;
    clock.after(0, goOn);
  };
  const goOn = (): void => {
    isResting = false;
    spentMs = 0;
    for (let next = queue.next(); next !== undefined; next = queue.next()) {
      work(next);
      if (isResting) return;
    }
  };
  return {
    run: (caller, piece) => {
      if (isResting) return queue.add(caller, piece);
      work(piece);
      return true;
    },
  };
};
