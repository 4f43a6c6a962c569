/** The wish of a caller that a call should end before it takes effect. */

/** What a call sees of the wish. */
export interface Cancellation {
  readonly isCancelled: () => boolean;
  /** Calls `action` once it is wished, at once if it is already; the result stops listening. */
  readonly onCancel: (action: () => void) => () => void;
}

/** A wish that may yet be made. */
export interface Cancellable extends Cancellation {
  readonly cancel: () => void;
}

/** Nothing wished yet. */
export const createCancellation = (): Cancellable => {
  const actions = new Set<() => void>();
  let isCancelled = false;
  return {
    isCancelled: () => isCancelled,
    onCancel: (action) => {
      if (isCancelled) action();
      else actions.add(action);
      return () => void actions.delete(action);
    },
    cancel: () => {
      isCancelled = true;
      for (const action of actions) action();
      actions.clear();
    },
  };
};
