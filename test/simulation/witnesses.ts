/** What must be seen to come of faults, in some of many runs; that one lacks it is no finding. */
export const WITNESSES = [
  "session survived",
  "upload resumed",
  "loopback named",
  "bytes without frames named",
  "port busy",
  "key reuse refused",
  "call indeterminate",
  "call repeated",
  "charged once, committed again",
  "second call told busy",
  "cancelled before the commit",
  "intruder refused",
  "paired",
] as const;

/** One of them. */
export type Witness = (typeof WITNESSES)[number];
