/** Work that comes faster than it is done: after a slice of it the line has its turn. */
import type { Clock } from "../hal.ts";
import { DEVICE_LIMITS } from "../limits.ts";

/** Takes work one piece after another. */
export interface Pace {
  /** Runs it now, or once the line has had its turn; false where too much waits already. */
  readonly run: (work: () => void) => boolean;
}

/** Nothing done yet. */
export const createPace = (clock: Clock): Pace => {
  const waiting: (() => void)[] = [];
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
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      work(next);
      if (isResting) return;
    }
  };
  return {
    run: (piece) => {
      if (isResting && waiting.length >= DEVICE_LIMITS.pacedCalls) return false;
      if (isResting) waiting.push(piece);
      else work(piece);
      return true;
    },
  };
};
