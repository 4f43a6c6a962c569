/** The driver's time: handed in, so that tests and the simulator can move it. */

/** Monotonic time and timers. */
export interface HostClock {
  readonly nowMs: () => number;
  /** Runs `action` once, `delayMs` from now; the result cancels it. */
  readonly after: (delayMs: number, action: () => void) => () => void;
}

/** This machine's clock. */
export const SYSTEM_CLOCK: HostClock = {
  nowMs: () => performance.now(),
  after: (delayMs, action) => {
    const timer = setTimeout(action, delayMs);
    return () => clearTimeout(timer);
  },
};

/** Resolves after a while, or as soon as the signal is given. */
export const wait = (clock: HostClock, delayMs: number, signal: AbortSignal): Promise<void> => {
  if (signal.aborted || delayMs <= 0) return Promise.resolve();
  const { promise, resolve } = Promise.withResolvers<void>();
  const cancel = clock.after(delayMs, resolve);
  const wake = (): void => resolve();
  signal.addEventListener("abort", wake, { once: true });
  return promise.finally(() => {
    cancel();
    signal.removeEventListener("abort", wake);
  });
};
