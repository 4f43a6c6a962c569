/**
 * Work in steps: whoever runs it may do something else between two of them, or stop. A step is
 * short for any input that is let in: what a peer can make long yields on the way.
 */

/** Work that gives its result after some steps. */
export type Steps<T> = Generator<undefined, T, void>;

/** Small things (outputs, witness items, map entries) that are read in one step. */
export const STEP_ITEMS = 1024;

/** All the steps at once. */
export const finish = <T>(steps: Generator<unknown, T, void>): T => {
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
};
