/**
 * How far a call has come, told to one asker: at each change of phase, otherwise every 250 ms, and
 * never more than the line takes. A message is made when it is pulled and says what is true then.
 */
import type { CallPhase, Message } from "../../protocol/call/envelope.ts";
import type { Clock } from "../hal.ts";
import { DEVICE_LIMITS } from "../limits.ts";

/** How far a call has come; `total` is 0 where that is not known. */
export interface Stage {
  readonly phase: CallPhase;
  readonly done: number;
  readonly total: number;
}

/** Puts at most one of its messages into a queue at a time; without one to say it says nothing. */
export const createNotice = (
  send: (messages: Iterable<Message>) => void,
  current: () => Message | undefined,
): (() => void) => {
  let isQueued = false;
  function* pulled(): Generator<Message, void, void> {
    isQueued = false;
    const message = current();
    if (message !== undefined) yield message;
  }
  return () => {
    if (isQueued) return;
    isQueued = true;
    send(pulled());
  };
};

/** Tells stages, from the first one on until it is stopped. */
export interface Teller {
  readonly tell: (stage: Stage) => void;
  readonly stop: () => void;
  readonly current: () => Stage | undefined;
}

/** Calls `notify` for what `current` then says. */
export const createTeller = (clock: Clock, notify: () => void): Teller => {
  let stage: Stage | undefined;
  let isStopped = false;
  let toldMs = 0;
  let stopTimer: () => void = () => undefined;

  const say = (): void => {
    stopTimer();
    toldMs = clock.nowMs();
    stopTimer = clock.after(DEVICE_LIMITS.progressMs, say);
    notify();
  };
  return {
    tell: (next) => {
      if (isStopped) return;
      const isNews = next.phase !== stage?.phase;
      stage = next;
      if (isNews || clock.nowMs() - toldMs >= DEVICE_LIMITS.progressMs) say();
    },
    stop: () => {
      isStopped = true;
      stopTimer();
    },
    current: () => (isStopped ? undefined : stage),
  };
};
