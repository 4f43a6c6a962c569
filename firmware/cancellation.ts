/** The wish that a call should end before it takes effect: its caller's, or its deadline's. */

/** Whose wish it is: the name of the refusal that the call ends with. */
export type EndReason = "cancelled" | "timeout";

/** What a call sees of the wish. */
export interface Cancellation {
  /** The first wish made; `undefined` while there is none. */
  readonly reason: () => EndReason | undefined;
  /** Calls `action` once it is wished, at once if it is already; the result stops listening. */
  readonly onCancel: (action: (reason: EndReason) => void) => () => void;
}

/** A wish that may yet be made. */
export interface Cancellable extends Cancellation {
  /** The first reason stays. */
  readonly cancel: (reason: EndReason) => void;
}

/** Nothing wished yet. */
export const createCancellation = (): Cancellable => {
  const actions = new Set<(reason: EndReason) => void>();
  let first: EndReason | undefined;
  return {
    reason: () => first,
    onCancel: (action) => {
      if (first === undefined) actions.add(action);
      else action(first);
      return () => void actions.delete(action);
    },
    cancel: (reason) => {
      if (first !== undefined) return;
      first = reason;
      for (const action of actions) action(reason);
      actions.clear();
    },
  };
};
