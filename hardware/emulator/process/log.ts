/**
 * The log of an emulator's process: JSON lines on standard error, of the shape that pino gives them
 * (level 30 is its "info"). pino itself took 20 ms of a start that may take 150.
 */
import type { Log } from "../../../firmware/hal.ts";

const INFO = 30;

/** The log of a device of that name. */
export const createProcessLog = (device: string): Log => ({
  append: (event) => {
    const line = { level: INFO, time: Date.now(), device, ...event };
    process.stderr.write(`${JSON.stringify(line)}\n`);
  },
});
