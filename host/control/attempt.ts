/**
 * The one place where a library's exception becomes a value. The decoders this folder stands on
 * throw on bad input; nothing that a peer or a file says may throw further than this.
 */

/** Runs `work`; `undefined` where it throws. Not for work whose good answer is `undefined`. */
export const attempt = <T>(work: () => T): T | undefined => {
  try {
    return work();
  } catch {
    return undefined;
  }
};
