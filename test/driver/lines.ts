/** Lines between a client and an emulator in process, with a hand on each byte that passes. */
import { createEmulator, type Emulator } from "../../hardware/emulator/index.ts";
import {
  type Client,
  type ClientOptions,
  type Line,
  openClient,
  type OpenLine,
} from "../../host/driver/index.ts";
import type { Outcome } from "../../protocol/errors.ts";

/** A seed that makes an emulator ready at once. */
export const SEED: Uint8Array = new Uint8Array(32).fill(7);

/** What may be done to a line: each is called before the bytes go on; false drops them. */
export interface Tap {
  readonly onWrite?: (bytes: Uint8Array, line: Line) => boolean;
  readonly onBytes?: (bytes: Uint8Array, line: Line) => boolean;
}

/** The same line with a tap in it. */
export const tapped = (line: Line, tap: Tap): Line => ({
  ...line,
  write: async (bytes) => {
    if (tap.onWrite?.(bytes, line) ?? true) await line.write(bytes);
  },
  onBytes: (action) =>
    line.onBytes((bytes) => {
      if (tap.onBytes?.(bytes, line) ?? true) action(bytes);
    }),
});

/** Opens an emulator's lines with a tap in each. */
export const tapping =
  (emulator: Emulator, tap: Tap): OpenLine =>
  async () => {
    const opened = await emulator.open();
    return opened.ok ? { ok: true, value: tapped(opened.value, tap) } : opened;
  };

/** The value of an outcome that must be one. */
export const unwrap = <T>(outcome: Outcome<T>): T => {
  if (outcome.ok) return outcome.value;
  throw new Error(`refused: ${outcome.error} ${JSON.stringify(outcome.details)}`);
};

/** A client over tapped lines. */
export const clientOver = async (
  emulator: Emulator,
  tap: Tap,
  options: Omit<ClientOptions, "open" | "wire"> = {},
): Promise<Client> => {
  const { identity } = emulator;
  return unwrap(await openClient({ identity, ...options, open: tapping(emulator, tap) }));
};

/** Calls to a command that the device's log tells of. */
export const callsOf = (emulator: Emulator, command: string): number =>
  emulator.log.filter((one) => one["command"] === command).length;

/** Waits until `condition` holds; fails after 5 s, which is no measure of anything. */
export const until = async (claim: string, condition: () => boolean): Promise<void> => {
  const deadline = performance.now() + 5000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`never came true: ${claim}`);
    await Bun.sleep(1);
  }
};

/** An emulator that asks before it does anything. */
export const asking = (): Promise<Emulator> => createEmulator({ approve: "ask" });

/** Parameters of a `generateSeed` that is fine. */
export const GENESIS = {
  custodians: [1, 2].map((fill) => new Uint8Array(32).fill(fill)),
  threshold: 2,
};

/** Waits until the device shows a question. */
export const untilAsked = (emulator: Emulator): Promise<void> =>
  until("a question", () => emulator.screens.some(({ kind }) => kind === "message"));
