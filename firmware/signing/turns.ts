/** Long work of a call in slices: between them the line has its turn, and the work may end. */
import { DEVICE_LIMITS } from "../limits.ts";
import type { Keys } from "../device.ts";
import type { Context } from "../dispatch.ts";
import type { Hal } from "../hal.ts";

/** From so many inputs on other cores are asked: a batch's way there and back takes half a ms. */
export const MANY_INPUTS = 16;

const pause = ({ clock }: Hal): Promise<void> =>
  new Promise((resolve) => {
    clock.after(0, resolve);
  });

/** Whether the device is ready with the same keys. */
export const holdsStill = (context: Pick<Context, "device">, keys: Keys): boolean => {
  const now = context.device();
  return now.phase === "ready" && now.keys.master === keys.master;
};

/** Slices of work. */
export interface Turns {
  /** Whether the line is to have its turn. */
  readonly isOver: () => boolean;
  /** Gives it its turn and begins a slice; false once the device may not go on. */
  readonly rest: () => Promise<boolean>;
}

/** A slice begins now. It is over for few inputs: only they are worth a promise. */
export const createTurns = (context: Context, keys: Keys): Turns => {
  const { clock } = context.hal;
  let sinceMs = clock.nowMs();
  return {
    isOver: () => clock.nowMs() - sinceMs > DEVICE_LIMITS.sliceMs,
    rest: async () => {
      await pause(context.hal);
      sinceMs = clock.nowMs();
      return holdsStill(context, keys);
    },
  };
};
