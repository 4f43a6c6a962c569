/** Asking the person at the device: one screen, one press, a limit on the wait. */
import { fail, type Outcome, ok } from "../protocol/errors.ts";
import type { Hal, Screen } from "./hal.ts";
import { DEVICE_LIMITS } from "./limits.ts";

/** How a question ends when it is not a yes. */
export type ConsentError = "declined" | "consent_timeout" | "busy";

/** Shows a screen and waits for one press. One question at a time: a second is `busy`. */
export type Ask = (screen: Screen) => Promise<Outcome<void, ConsentError>>;

/** The question desk of a board. */
export const createConsent = ({ display, buttons, clock }: Hal): Ask => {
  let isAsking = false;
  return async (screen) => {
    if (isAsking) return fail("busy");
    isAsking = true;
    display.show(screen);
    const answer = await new Promise<"yes" | "no" | "timeout">((resolve) => {
      const stopWaiting = clock.after(DEVICE_LIMITS.consentMs, () => {
        stopListening();
        resolve("timeout");
      });
      const stopListening = buttons.next((press) => {
        stopWaiting();
        resolve(press);
      });
    });
    isAsking = false;
    if (answer === "yes") return ok(undefined);
    return fail(answer === "no" ? "declined" : "consent_timeout");
  };
};
