/** Work in steps, between which whoever runs it may do something else, or stop. */

/** Work that comes to a `T`. */
export type Steps<T> = Generator<void, T, void>;

/** All the steps at once. */
export const runSteps = <T>(steps: Steps<T>): T => {
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
};
