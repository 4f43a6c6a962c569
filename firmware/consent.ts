/**
 * Asking the person at the device: one screen, one press, a limit on the wait. After a question
 * that ended without a press comes a pause: a press that was meant for it answers no other.
 */
import { fail, type Outcome, ok } from "../protocol/errors.ts";
import type { Cancellation } from "./cancellation.ts";
import type { Hal, Press, Screen } from "./hal.ts";
import { DEVICE_LIMITS } from "./limits.ts";

/** How a question ends when it is not a yes. */
export type ConsentError = "declined" | "consent_timeout" | "cancelled" | "busy";

/** Shows a screen and waits for one press. One question at a time: a second is `busy`. */
export type Ask = (screen: Screen) => Promise<Outcome<void, ConsentError>>;

/** The same, for a call whose caller may change his mind. */
export type AskFor = (cancellation: Cancellation) => Ask;

type Answer = Press | "timeout" | "cancelled";

/** The first of a press, the end of patience and the caller's change of mind. */
const waitForAnswer = ({ buttons, clock }: Hal, cancellation: Cancellation): Promise<Answer> =>
  new Promise((resolve) => {
    const stops: (() => void)[] = [];
    const settle = (answer: Answer): void => {
      for (const stop of stops) stop();
      resolve(answer);
    };
    stops.push(
      clock.after(DEVICE_LIMITS.consentMs, () => settle("timeout")),
      buttons.next(settle),
      cancellation.onCancel(() => settle("cancelled")),
    );
  });

/** Waits; true where the caller did not change his mind meanwhile. */
const waitQuietly = (
  { clock }: Hal,
  delayMs: number,
  cancellation: Cancellation,
): Promise<boolean> =>
  new Promise((resolve) => {
    const stops: (() => void)[] = [];
    const settle = (isOver: boolean): void => {
      for (const stop of stops) stop();
      resolve(isOver);
    };
    stops.push(
      clock.after(delayMs, () => settle(true)),
      cancellation.onCancel(() => settle(false)),
    );
  });

const ERROR_OF_ANSWER = {
  no: "declined",
  timeout: "consent_timeout",
  cancelled: "cancelled",
} as const;

/** The question desk of a board. After an answer the display goes back to `idle`. */
export const createConsent = (hal: Hal, idle: () => Screen): AskFor => {
  const { clock, display } = hal;
  let isAsking = false;
  let quietUntilMs = clock.nowMs();
  const question = async (screen: Screen, cancellation: Cancellation): Promise<Answer> => {
    const quietMs = quietUntilMs - clock.nowMs();
    if (quietMs > 0 && !(await waitQuietly(hal, quietMs, cancellation))) return "cancelled";
    display.show(screen);
    const answer = await waitForAnswer(hal, cancellation);
    if (answer === "timeout" || answer === "cancelled") {
      quietUntilMs = clock.nowMs() + DEVICE_LIMITS.dwellMs;
    }
    display.show(idle());
    return answer;
  };
  return (cancellation) => async (screen) => {
    if (isAsking) return fail("busy");
    if (cancellation.isCancelled()) return fail("cancelled");
    isAsking = true;
    const answer = await question(screen, cancellation);
    isAsking = false;
    return answer === "yes" ? ok(undefined) : fail(ERROR_OF_ANSWER[answer]);
  };
};
