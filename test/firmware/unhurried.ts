/** Buttons that nobody presses twice: after a press the clock moves on past a double press. */
import type { Press } from "../../firmware/hal.ts";
import { DEVICE_LIMITS } from "../../firmware/limits.ts";
import type { PressableButtons } from "../../hardware/emulator/board/buttons.ts";
import type { FakeClock } from "./fake-clock.ts";

/** Buttons under a calm hand. */
export interface UnhurriedButtons extends PressableButtons {
  /** A press after which the clock stands still. */
  readonly hurry: (press: Press) => void;
}

/** The same buttons under a calm hand. */
export const unhurried = (buttons: PressableButtons, clock: FakeClock): UnhurriedButtons => {
  let isHurried = false;
  return {
    press: buttons.press,
    hurry: (press) => {
      isHurried = true;
      buttons.press(press);
      isHurried = false;
    },
    next: (pressed) =>
      buttons.next((press) => {
        pressed(press);
        if (!isHurried) setImmediate(() => clock.advance(DEVICE_LIMITS.doublePressMs));
      }),
  };
};
