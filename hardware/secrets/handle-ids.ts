/** Numbers of handles, never given twice in a process, so that no engine opens another's. */

let last = 0;

/** The next one. */
export const nextHandleId = (): number => {
  last += 1;
  return last;
};
