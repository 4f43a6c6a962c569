/**
 * What threads and their master know of each other without a message: whether a batch may still be
 * signed, and whether a thread is at work. A thread says that it is at work before it looks at the
 * batch's ticket, the master revokes the ticket before it looks at the threads: so no thread is at
 * work on a batch once the master has seen it rest.
 */

/** Tickets of batches that may be under way at once. */
export const TICKETS = 64;

const [FREE, LIVE, REVOKED] = [0, 1, 2];
const [RESTING, AT_WORK] = [0, 1];

/** Room for the tickets and for the state of so many threads. */
export const createWords = (threads: number): Int32Array<SharedArrayBuffer> =>
  new Int32Array(new SharedArrayBuffer((TICKETS + threads) * Int32Array.BYTES_PER_ELEMENT));

/** The master's side. */
export interface Control {
  /** A live ticket; `undefined` where all are taken. */
  readonly issue: () => number | undefined;
  readonly revoke: (ticket: number) => void;
  /** Makes a ticket free again: no thread may hold it any more. */
  readonly retire: (ticket: number) => void;
  /** Says of a thread that is gone that it rests. */
  readonly layToRest: (thread: number) => void;
  /** Waits until every thread was seen to rest; false where one did not in time. */
  readonly waitForRest: (timeoutMs: number) => boolean;
}

/** The master's side of the words. */
export const createControl = (words: Int32Array<SharedArrayBuffer>): Control => ({
  issue: () => {
    const ticket = words.subarray(0, TICKETS).indexOf(FREE);
    if (ticket < 0) return undefined;
    Atomics.store(words, ticket, LIVE);
    return ticket;
  },
  revoke: (ticket) => void Atomics.store(words, ticket, REVOKED),
  retire: (ticket) => void Atomics.store(words, ticket, FREE),
  layToRest: (thread) => void Atomics.store(words, TICKETS + thread, RESTING),
  waitForRest: (timeoutMs) => {
    const end = performance.now() + timeoutMs;
    for (let at = TICKETS; at < words.length; at += 1) {
      const left = Math.max(0, end - performance.now());
      // It returns at once where the thread rests already.
      if (Atomics.wait(words, at, AT_WORK, left) === "timed-out") return false;
    }
    return true;
  },
});

/** Runs a thread's work on a batch; `undefined` where its ticket does not count any more. */
export const attend = <R>(
  words: Int32Array<SharedArrayBuffer>,
  thread: number,
  ticket: number,
  work: () => R,
): R | undefined => {
  const own = TICKETS + thread;
  Atomics.store(words, own, AT_WORK);
  try {
    return Atomics.load(words, ticket) === LIVE ? work() : undefined;
  } catch (error) {
    // Of keys that were wiped in the middle, nothing comes out right, and nothing has to.
    if (Atomics.load(words, ticket) === LIVE) throw error;
    return undefined;
  } finally {
    Atomics.store(words, own, RESTING);
    Atomics.notify(words, own);
  }
};
