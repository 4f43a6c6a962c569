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

/** Gives the line its turn when a slice is over; false once the device may not go on. */
export const createTurns = (context: Context, keys: Keys): (() => Promise<boolean>) => {
  const { hal } = context;
  let sinceMs = hal.clock.nowMs();
  return async () => {
    if (hal.clock.nowMs() - sinceMs <= DEVICE_LIMITS.sliceMs) return true;
    await pause(hal);
    sinceMs = hal.clock.nowMs();
    return holdsStill(context, keys);
  };
};
