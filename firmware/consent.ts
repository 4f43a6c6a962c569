/**
 * Asking the person at the device: one screen, one press, a limit on the wait. After a question
 * comes a pause, longer after one that ended without a press: a press that was meant for it, or the
 * second half of a double press, answers no other. Nobody
 * who may be anyone keeps a host from asking, or a person from peace: a host's question takes the
 * place of theirs, and after one that got no yes they wait.
 */
import { fail, type Outcome, ok } from "../protocol/errors.ts";
import type { Caller } from "../protocol/session/role.ts";
import type { Cancellation, EndReason } from "./cancellation.ts";
import type { Hal, Press, Screen } from "./hal.ts";
import { DEVICE_LIMITS } from "./limits.ts";

/** How a question ends when it is not a yes. */
export type ConsentError = "declined" | "consent_timeout" | "busy" | EndReason;

/** Shows a screen and waits for one press. One question at a time: a second is `busy`. */
export type Ask = (screen: Screen) => Promise<Outcome<void, ConsentError>>;

/** The same, for a call that may have to end before, of a caller. */
export type AskFor = (cancellation: Cancellation, caller: Caller) => Ask;

type Answer = Press | "unanswered" | "displaced" | EndReason;

const ERROR_OF_ANSWER = {
  no: "declined",
  unanswered: "consent_timeout",
  displaced: "busy",
  cancelled: "cancelled",
  timeout: "timeout",
} as const;

/** A question that waits: what it listens to, and what ends it. */
interface Question {
  readonly isHosts: boolean;
  /** Ends the question before it returns; a second answer says nothing. */
  readonly settle: (answer: Answer) => void;
  readonly answer: Promise<Answer>;
  /** Listens until the question is settled. */
  readonly listen: (stop: () => void) => void;
}

const createQuestion = (isHosts: boolean, onEnd: (answer: Answer) => void): Question => {
  const stops: (() => void)[] = [];
  const { promise, resolve } = Promise.withResolvers<Answer>();
  let isSettled = false;
  return {
    isHosts,
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
  let open: Question | undefined;
  let quietUntilMs = clock.nowMs();
  let othersFromMs = clock.nowMs();

  const mayAsk = (isHosts: boolean): boolean =>
    isHosts ? open?.isHosts !== true : open === undefined && clock.nowMs() >= othersFromMs;
  const show = (question: Question, screen: Screen): void => {
    display.show(screen);
    question.listen(clock.after(DEVICE_LIMITS.consentMs, () => question.settle("unanswered")));
    question.listen(buttons.next(question.settle));
  };
  const end = (isHosts: boolean, isShown: boolean, answer: Answer): void => {
    open = undefined;
    const nowMs = clock.nowMs();
    const isPressed = answer === "yes" || answer === "no";
    const quietMs = isPressed ? DEVICE_LIMITS.doublePressMs : DEVICE_LIMITS.dwellMs;
    if (isShown) quietUntilMs = nowMs + quietMs;
    if (!isHosts && answer !== "yes" && holdsKeys()) {
      othersFromMs = nowMs + DEVICE_LIMITS.publicPauseMs;
    }
    if (isShown) display.show(idle());
  };
  const ask = (screen: Screen, isHosts: boolean, cancellation: Cancellation): Promise<Answer> => {
    let isShown = false;
    open?.settle("displaced");
    const question = createQuestion(isHosts, (answer) => end(isHosts, isShown, answer));
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
  return (cancellation, caller) => async (screen) => {
    const isHosts = caller.kind === "host";
    if (!mayAsk(isHosts)) return fail("busy");
    const reason = cancellation.reason();
    if (reason !== undefined) return fail(reason);
    const answer = await ask(screen, isHosts, cancellation);
    return answer === "yes" ? ok(undefined) : fail(ERROR_OF_ANSWER[answer]);
  };
};
