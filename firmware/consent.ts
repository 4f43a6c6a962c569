/** Asking the person at the device: one screen, one press, a limit on the wait. */
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

const ERROR_OF_ANSWER = {
  no: "declined",
  timeout: "consent_timeout",
  cancelled: "cancelled",
} as const;

/** The question desk of a board. After an answer the display goes back to `idle`. */
export const createConsent = (hal: Hal, idle: () => Screen): AskFor => {
  let isAsking = false;
  return (cancellation) => async (screen) => {
    if (isAsking) return fail("busy");
    if (cancellation.isCancelled()) return fail("cancelled");
    isAsking = true;
    hal.display.show(screen);
    const answer = await waitForAnswer(hal, cancellation);
    isAsking = false;
    hal.display.show(idle());
    return answer === "yes" ? ok(undefined) : fail(ERROR_OF_ANSWER[answer]);
  };
};
