/** The emulator's two buttons: pressed by a rule, or by whoever sends a press. */
import type { Buttons, Press } from "../../../firmware/hal.ts";

/** `auto` says yes to everything, `never` says no, `ask` waits for `press`. */
export const APPROVALS = ["auto", "never", "ask"] as const;

/** Who presses. */
export type Approval = (typeof APPROVALS)[number];

/** Buttons and the hand that presses them. */
export interface PressableButtons extends Buttons {
  /** One press; lost where no question is open. */
  readonly press: (press: Press) => void;
}

/** Buttons that follow a rule. */
export const createButtons = (approval: Approval): PressableButtons => {
  let waiting: ((press: Press) => void) | undefined;
  const press = (which: Press): void => {
    const pressed = waiting;
    waiting = undefined;
    pressed?.(which);
  };
  return {
    press,
    next: (pressed) => {
      waiting = pressed;
      // After the screen has been shown, and never inside the call that asks.
      if (approval !== "ask") queueMicrotask(() => press(approval === "auto" ? "yes" : "no"));
      return () => {
        if (waiting === pressed) waiting = undefined;
      };
    },
  };
};
