/** What is decided at a question, by whichever way the buttons are pressed. */
import type { Screen } from "../../../../firmware/hal.ts";
import { type Approval, APPROVALS } from "../../board/buttons.ts";
import {
  type Answer,
  type ApprovalFunction,
  type ApprovalRule,
  type Approve,
  ruleInWords,
} from "./approve.ts";
import { createReplay } from "./replay.ts";
import { fitsScreen } from "./screen-pattern.ts";

/** What is pressed, and when. */
export interface Decision {
  readonly answer: Answer;
  readonly afterMs: number;
}

/** Decides, and knows what it has decided. */
export interface Decider {
  /** Nothing where nobody said anything about such a question. */
  readonly decide: (screen: Screen) => Decision | undefined;
  /** Names of what has never decided anything. */
  readonly unused: () => readonly string[];
  /** The first screen that was not the recorded one, side by side with it. */
  readonly difference: () => string | undefined;
  /** How often each has decided: another decider of the same can go on from there. */
  readonly progress: () => readonly number[];
}

const NOTHING_TO_REPORT = {
  unused: () => [],
  difference: () => undefined,
  progress: () => [],
} as const satisfies Partial<Decider>;

const always = (answer: Answer): Decider => ({
  ...NOTHING_TO_REPORT,
  decide: () => ({ answer, afterMs: 0 }),
});

const byFunction = (answerOf: ApprovalFunction): Decider => ({
  ...NOTHING_TO_REPORT,
  decide: (screen) => {
    const answer = answerOf(screen);
    return answer === undefined ? undefined : { answer, afterMs: 0 };
  },
});

/** A rule that could not mean anything is our caller's mistake. */
const checkRule = (rule: ApprovalRule, at: number): void => {
  const { afterMs = 0, times = 1 } = rule;
  const isFine = afterMs >= 0 && Number.isFinite(afterMs) && times >= 1;
  if (!isFine) throw new Error(`approve: ${ruleInWords(rule, at)}: afterMs from 0, times from 1`);
};

const byRules = (rules: readonly ApprovalRule[], progress: readonly number[]): Decider => {
  for (const [at, rule] of rules.entries()) checkRule(rule, at);
  const counts = rules.map((_, at) => progress[at] ?? 0);
  const countOf = (at: number): number => counts[at] ?? 0;
  return {
    ...NOTHING_TO_REPORT,
    decide: (screen) => {
      const at = rules.findIndex(
        ({ when, times = Number.POSITIVE_INFINITY }, i) =>
          countOf(i) < times && fitsScreen(when, screen),
      );
      const rule = rules[at];
      if (rule === undefined) return undefined;
      counts[at] = countOf(at) + 1;
      return { answer: rule.press, afterMs: rule.afterMs ?? 0 };
    },
    unused: () => rules.map(ruleInWords).filter((_, at) => countOf(at) === 0),
    progress: () => [...counts],
  };
};

/** A word that is none must not look like a refusal. */
const byWord = (approve: Approval): Decider => {
  if (!APPROVALS.includes(approve)) {
    throw new Error(`approve: "${approve}" is none of ${APPROVALS.join(", ")}`);
  }
  if (approve === "ask") return always("wait");
  return always(approve === "auto" ? "yes" : "no");
};

/** Decides as it is told; goes on from another's progress. */
export const createDecider = (approve: Approve, progress: readonly number[] = []): Decider => {
  if (typeof approve === "function") return byFunction(approve);
  if (typeof approve === "string") return byWord(approve);
  return "recording" in approve ? createReplay(approve, progress) : byRules(approve, progress);
};
