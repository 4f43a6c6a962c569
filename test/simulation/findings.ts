/** What must hold in every run, by name, and what was found that does not. */

/** The invariants. */
export const INVARIANTS = {
  asked: "nothing is signed or charged that the worker did not ask for",
  consented: "nothing is committed that no person said yes to, in that boot",
  committed: "no key is used for a transaction before it is committed",
  charged: "the total charged in a boot is the sum over its distinct committed transactions",
  sameSignatures: "a transaction's signatures are good, and always the same bytes",
  oneFinal: "each request gets one final message under its id, none that nobody asked for",
  settled: "each call of a living program is settled once, and none is forgotten",
  bounded: "no buffer is above its bound",
  secret: "no secret in a log, on the line, or in a message",
  silent: "the device says nothing before a HELLO, and answers at most two a second",
  alike: "all refusals of a session are alike",
  survives: "what must not end a session does not",
  givesUp: "an end that hears nothing asks three times, and no more",
  live: "once the faults are over, everything open gets done in bounded time",
  indeterminate: "a call that a boot took up is not answered by the next one as if nothing were",
  keys: "a key used again for another request is refused, and one request is never refused so",
  exclusive: "a second program finds the port busy",
  faultless: "no end throws, faults, or calls its peer malformed",
} as const;

/** The name of an invariant. */
export type Invariant = keyof typeof INVARIANTS;

/** A violation. */
export interface Finding {
  readonly invariant: Invariant;
  readonly atMs: number;
  readonly what: string;
}

/** The findings of a run. */
export interface Findings {
  readonly add: (invariant: Invariant, what: string) => void;
  /** The same where `condition` does not hold. */
  readonly expect: (condition: boolean, invariant: Invariant, what: () => string) => void;
  readonly all: () => readonly Finding[];
}

/** None yet. More than a few of one kind say nothing new. */
const MOST = 20;

/** No finding yet. */
export const createFindings = (nowMs: () => number): Findings => {
  const findings: Finding[] = [];
  const add: Findings["add"] = (invariant, what) => {
    if (findings.length < MOST) findings.push({ invariant, atMs: nowMs(), what });
  };
  return {
    add,
    expect: (condition, invariant, what) => {
      if (!condition) add(invariant, what());
    },
    all: () => findings,
  };
};
