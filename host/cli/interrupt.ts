/** Work that leaves nothing behind, also where a signal ends it in the middle. */

/** What a shell reports of a program that Ctrl-C has ended. */
const INTERRUPTED = 130;

/**
 * Does the work, then cleans up. SIGINT and SIGTERM clean up at once and end the process; what the
 * work makes of its loss is not waited for.
 */
export const untilInterrupted = async <T>(
  work: () => Promise<T>,
  clean: () => Promise<void>,
): Promise<T> => {
  const interruption = Promise.withResolvers<never>();
  let isInterrupted = false;
  const interrupt = (): void => {
    if (isInterrupted) return;
    isInterrupted = true;
    void clean().finally(() => process.exit(INTERRUPTED));
  };
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  try {
    const result = await work();
    return isInterrupted ? await interruption.promise : result;
  } finally {
    if (isInterrupted) await interruption.promise;
    await clean();
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", interrupt);
  }
};
