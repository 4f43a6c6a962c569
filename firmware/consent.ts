/**
 * Asking the person at the device: one screen, one press, a limit on the wait. After a question
 * comes a pause, longer after one that ended without a press: a press that was meant for it, or the
 * second half of a double press, answers no other. A
 * question takes the place of a less urgent one, and of an equally urgent one of a host whose last
 * got no yes, unless that is the asker's lot too. Nobody who may be anyone keeps a person from
 * peace: after a question of theirs that got no yes they wait.
 */
import { fail, type Outcome, ok } from "../protocol/errors.ts";
import type { Cancellation, EndReason } from "./cancellation.ts";
import type { Hal, Press, Screen } from "./hal.ts";
import { type Asker, createAskingTurns } from "./asking-turns.ts";
import { DEVICE_LIMITS } from "./limits.ts";

/** How a question ends when it is not a yes. */
export type ConsentError = "declined" | "consent_timeout" | "busy" | EndReason;

/** Shows a screen and waits for one press. One question at a time: a second is `busy`. */
export type Ask = (screen: Screen) => Promise<Outcome<void, ConsentError>>;

/** The same, for a call that may have to end before. */
export type AskFor = (cancellation: Cancellation, asker: Asker) => Ask;

type Answer = Press | "unanswered" | "displaced" | EndReason;

const ERROR_OF_ANSWER = {
  no: "declined",
  unanswered: "consent_timeout",
  displaced: "busy",
  cancelled: "cancelled",
  timeout: "timeout",
} as const;

/** A question that waits: whose it is, what it listens to, and what ends it. */
interface Question {
  readonly asker: Asker;
  /** Ends the question before it returns; a second answer says nothing. */
  readonly settle: (answer: Answer) => void;
  readonly answer: Promise<Answer>;
  /** Listens until the question is settled. */
  readonly listen: (stop: () => void) => void;
}

const createQuestion = (asker: Asker, onEnd: (answer: Answer) => void): Question => {
  const stops: (() => void)[] = [];
  const { promise, resolve } = Promise.withResolvers<Answer>();
  let isSettled = false;
  return {
    asker,
    answer: promise,
    listen: (stop) => {
      if (isSettled) stop();
      else stops.push(stop);
    },
    settle: (answer) => {
      if (isSettled) return;
      isSettled = true;
      for (const stop of stops) stop();
      onEnd(answer);
      resolve(answer);
    },
  };
};

/**
 * The question desk of a board. After an answer the display goes back to `idle`. A device without
 * keys has no host to keep free for, and its custodians may ask again at once.
 */
export const createConsent = (
  hal: Pick<Hal, "buttons" | "clock" | "display">,
  idle: () => Screen,
  holdsKeys: () => boolean = () => true,
): AskFor => {
  const { buttons, clock, display } = hal;
  const turns = createAskingTurns(clock, holdsKeys);
  let open: Question | undefined;
  let quietUntilMs = clock.nowMs();

  const show = (question: Question, screen: Screen): void => {
    display.show(screen);
    question.listen(clock.after(DEVICE_LIMITS.consentMs, () => question.settle("unanswered")));
    question.listen(buttons.next(question.settle));
  };
  const rest = (answer: Answer): void => {
    const isPressed = answer === "yes" || answer === "no";
    const quietMs = isPressed ? DEVICE_LIMITS.doublePressMs : DEVICE_LIMITS.dwellMs;
    quietUntilMs = clock.nowMs() + quietMs;
    display.show(idle());
  };
  const ask = (screen: Screen, asker: Asker, cancellation: Cancellation): Promise<Answer> => {
    let isShown = false;
    open?.settle("displaced");
    const question = createQuestion(asker, (answer) => {
      open = undefined;
      // Another's question in its place says nothing about the asker.
      if (answer !== "displaced" || asker.caller.kind !== "host")
        turns.ended(asker, answer === "yes");
      if (isShown) rest(answer);
    });
    open = question;
    const begin = (): void => {
      isShown = true;
      show(question, screen);
    };
    const quietMs = quietUntilMs - clock.nowMs();
    if (quietMs > 0) question.listen(clock.after(quietMs, begin));
    else begin();
    question.listen(cancellation.onCancel(question.settle));
    return question.answer;
  };
  return (cancellation, asker) => async (screen) => {
    if (!turns.mayAsk(asker, open?.asker)) return fail("busy");
    const reason = cancellation.reason();
    if (reason !== undefined) return fail(reason);
    const answer = await ask(screen, asker, cancellation);
    return answer === "yes" ? ok(undefined) : fail(ERROR_OF_ANSWER[answer]);
  };
};
