/** Who presses an emulator's buttons, as its maker tells it. */
import type { Press, Screen } from "../../../../firmware/hal.ts";
import type { Approval } from "../../board/buttons.ts";
import type { PersonReplay } from "./replay.ts";
import { patternInWords, type ScreenPattern } from "./screen-pattern.ts";

/** A press; or `wait`: the question is left to whoever calls `press`, or to its end. */
export type Answer = Press | "wait";

/**
 * What to press at which question. A question is one screen and has one press: a transaction's
 * pages come as one. The first rule that fits and is not used up answers.
 */
export interface ApprovalRule {
  readonly when: ScreenPattern;
  readonly press: Answer;
  /** By the emulator's clock, from when the screen is shown; at once unless told. */
  readonly afterMs?: number;
  /**
   * Questions it answers, any number unless told. One that was taken back before the press came
   * counts.
   */
  readonly times?: number;
  /** What it is called where it is reported. */
  readonly name?: string;
}

/** The same as a function; nothing where it has no answer. */
export type ApprovalFunction = (screen: Screen) => Answer | undefined;

/**
 * Who presses: everything approved, everything refused, `press` alone, by rules, by a function, or
 * as a person once did.
 */
export type Approve = Approval | readonly ApprovalRule[] | ApprovalFunction | PersonReplay;

/** What a rule is called: `"small payments"`, or `rule 2 (transaction: yes)`. */
export const ruleInWords = ({ name, when, press }: ApprovalRule, at: number): string =>
  name === undefined ? `rule ${at + 1} (${patternInWords(when)}: ${press})` : JSON.stringify(name);
