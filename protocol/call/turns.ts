/**
 * Messages that wait to be sent: several sources, one message of each in turn, so that a long
 * result starves no short answer. Messages are made only when they are taken.
 */
import type { Message } from "./envelope.ts";

/** What one session still has to say. */
export interface Turns {
  readonly add: (messages: Iterable<Message>) => void;
  /** The next message of the source in turn; `undefined` where none has any. */
  readonly next: () => Message | undefined;
  readonly clear: () => void;
  /** Sources that may have more. */
  readonly size: () => number;
}

/** Nothing to say yet. */
export const createTurns = (): Turns => {
  let sources: Iterator<Message>[] = [];
  return {
    add: (messages) => {
      sources.push(messages[Symbol.iterator]());
    },
    next: () => {
      for (let first = sources.shift(); first !== undefined; first = sources.shift()) {
        const next = first.next();
        if (next.done === true) continue;
        sources.push(first);
        return next.value;
      }
      return undefined;
    },
    clear: () => {
      sources = [];
    },
    size: () => sources.length,
  };
};
