/** The program that has started this one, as long as it is there. */

/** How often to look, in milliseconds: an orphan belongs to another at once. */
const LOOK_MS = 200;

/** Resolves when the program that has started this one is gone; never keeps this one alive. */
export const untilOrphaned = (): Promise<void> => {
  const parent = process.ppid;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    resolve();
  }, LOOK_MS);
  timer.unref();
  return promise;
};
