/**
 * The hand at an emulator's buttons: it reads the screen of a question, decides, and presses by the
 * emulator's clock. What it did and what it could not decide is kept for whoever asks.
 */
import type { Clock, Press, Screen } from "../../../../firmware/hal.ts";
import type { PressableButtons } from "../../board/buttons.ts";
import type { Answer, Approve } from "./approve.ts";
import { createDecider, type Decision } from "./decider.ts";
import type { RecordedAnswer, Recording } from "./replay.ts";
import { screenInWords } from "./screen-pattern.ts";

/** What became of the questions. */
export interface ApprovalReport {
  /** Rules that no question has matched, and what of a recording has not come, by their names. */
  readonly unused: () => readonly string[];
  /** Questions without a rule: each was left waiting. */
  readonly unmatched: () => readonly Screen[];
  /** The first screen that was not the recorded one, side by side with it. */
  readonly difference: () => string | undefined;
  /** All questions so far and what was pressed, by whoever did; for `replayPerson`. */
  readonly recording: () => Recording;
}

/** What a hand tells of as it happens. */
export type HandEvent =
  | { readonly kind: "decided"; readonly answer: Answer }
  | ({ readonly kind: "pressed" } & RecordedAnswer)
  | { readonly kind: "unmatched"; readonly screen: Screen; readonly difference?: string };

/** How a hand is made. */
export interface HandOptions {
  readonly approve: Approve;
  readonly clock: Clock;
  /** What the display shows now. */
  readonly screen: () => Screen | undefined;
  /** Of an earlier hand of the same kind, which this one follows. */
  readonly progress?: readonly number[];
  readonly onEvent?: (event: HandEvent) => void;
  /** Ends the sentence of a problem. */
  readonly note?: string;
}

/** Buttons with a hand at them. */
export interface Hand extends PressableButtons {
  readonly approval: ApprovalReport;
  readonly progress: () => readonly number[];
  /** Forgets the question that is open: its device is gone. */
  readonly letGo: () => void;
  /** One sentence of what did not come out as told; nothing where all did. */
  readonly problem: () => Error | undefined;
}

interface Question {
  readonly screen: Screen;
  readonly shownMs: number;
  readonly pressed: (press: Press) => void;
  /** Takes back what is due for it. */
  cancel: () => void;
}

const BLANK: Screen = { kind: "status", lines: [] };

const answeredAs = (
  { screen, shownMs }: Question,
  press: Answer,
  clock: Clock,
): RecordedAnswer => ({ screen, press, atMs: Math.round(clock.nowMs() - shownMs) });

const problemOf = (
  { unused, unmatched, difference }: ApprovalReport,
  thrown: readonly unknown[],
  note: string,
): Error | undefined => {
  const [idle, open, differs] = [unused(), unmatched(), difference()];
  const parts = [
    ...(differs === undefined ? [] : [differs]),
    ...(idle.length === 0 ? [] : [`never matched: ${idle.join("; ")}`]),
    ...(open.length === 0 ? [] : [`no rule for: ${open.map(screenInWords).join("; ")}`]),
    ...(thrown.length === 0 ? [] : [`approve threw: ${thrown.map(String).join("; ")}`]),
  ];
  if (parts.length === 0) return undefined;
  const says = ["The questions were not those that approve was made for.", ...parts, note];
  return new Error(says.join("\n"), thrown.length === 0 ? {} : { cause: thrown[0] });
};

/** The one question that may be open, and how those before it ended. */
const createDesk = (clock: Clock, onPressed: (answer: RecordedAnswer) => void) => {
  const answered: RecordedAnswer[] = [];
  let open: Question | undefined;
  const close = (question: Question, press: Answer): RecordedAnswer => {
    open = undefined;
    question.cancel();
    const answer = answeredAs(question, press, clock);
    answered.push(answer);
    return answer;
  };
  return {
    now: () => open,
    open: (question: Question): void => {
      open = question;
    },
    takeBack: (question: Question | undefined): void => {
      if (question !== undefined && question === open) close(question, "wait");
    },
    /** Nothing where the question is not open any more. */
    answer: (question: Question | undefined, press: Press): void => {
      if (question === undefined || question !== open) return;
      onPressed(close(question, press));
      question.pressed(press);
    },
    recording: (): Recording =>
      open === undefined ? [...answered] : [...answered, answeredAs(open, "wait", clock)],
  };
};

/** Decides, and keeps what could not be decided. */
const createMind = ({ approve, progress, onEvent = () => undefined }: HandOptions) => {
  const decider = createDecider(approve, progress);
  const unmatched: Screen[] = [];
  const thrown: unknown[] = [];
  /** What a function throws is no answer, and is told at the end. */
  const decisionOn = (screen: Screen): Decision | undefined => {
    try {
      return decider.decide(screen);
    } catch (error) {
      thrown.push(error);
      return undefined;
    }
  };
  /** A replay differs once: at the first screen that it has no answer for. */
  const leave = (screen: Screen): void => {
    const difference = unmatched.length === 0 ? decider.difference() : undefined;
    unmatched.push(screen);
    onEvent({ kind: "unmatched", screen, ...(difference === undefined ? {} : { difference }) });
  };
  return {
    decider,
    unmatched,
    thrown,
    decide: (screen: Screen): Decision => {
      const decision = decisionOn(screen);
      if (decision === undefined) leave(screen);
      else onEvent({ kind: "decided", answer: decision.answer });
      return decision ?? { answer: "wait", afterMs: 0 };
    },
  };
};

/** A hand that has pressed nothing yet. */
export const createHand = (options: HandOptions): Hand => {
  const { clock, onEvent = () => undefined, note = "" } = options;
  const { decider, decide, unmatched, thrown } = createMind(options);
  const desk = createDesk(clock, (answer) => onEvent({ kind: "pressed", ...answer }));
  const approval: ApprovalReport = {
    unused: decider.unused,
    unmatched: () => [...unmatched],
    difference: decider.difference,
    recording: desk.recording,
  };
  return {
    press: (press) => desk.answer(desk.now(), press),
    approval,
    progress: decider.progress,
    letGo: () => desk.takeBack(desk.now()),
    problem: () => problemOf(approval, thrown, note),
    next: (pressed) => {
      desk.takeBack(desk.now());
      const screen = options.screen() ?? BLANK;
      const question: Question = { screen, shownMs: clock.nowMs(), pressed, cancel: () => {} };
      desk.open(question);
      const { answer, afterMs } = decide(screen);
      if (answer !== "wait") {
        // After the screen has been shown, and never inside the call that asks.
        question.cancel = clock.after(afterMs, () => desk.answer(question, answer));
      }
      return () => desk.takeBack(question);
    },
  };
};
