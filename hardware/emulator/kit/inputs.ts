/** Everything that comes to a device from outside, in its place: what a snapshot is made of. */
import type { Press } from "../../../firmware/hal.ts";
import type { Cable } from "../lines/cable.ts";
import type { DeviceClock } from "./device-clock.ts";

/** What may come to a device. */
export const PLAIN_INPUTS = ["attached", "detached", "unplugged", "plugged", "power-cut"] as const;

/** What came. */
export type InputEvent =
  | { readonly what: (typeof PLAIN_INPUTS)[number] }
  | { readonly what: "press"; readonly press: Press }
  | { readonly what: "bytes"; readonly bytes: Uint8Array };

/** Something that came, when it did, and after how many of the device's own events. */
export type Input = InputEvent & { readonly atMs: number; readonly step: number };

/** Writes down what comes. */
export interface Inputs {
  readonly add: (event: InputEvent) => void;
  /** All of it, oldest first; `undefined` where it was too much to keep. */
  readonly all: () => readonly Input[] | undefined;
}

/** Bytes that are kept: more than that is no life to repeat in a test. */
const INPUT_BYTES = 1 << 26;

/** Of a device that nothing has come to. Bytes and hosts are heard of on its cable. */
export const createInputs = (cable: Cable, clock: DeviceClock): Inputs => {
  let [inputs, held]: [Input[], number] = [[], 0];
  const add = (event: InputEvent): void => {
    if (held > INPUT_BYTES) return;
    held += event.what === "bytes" ? event.bytes.length : 1;
    if (held > INPUT_BYTES) inputs = [];
    else inputs.push({ ...event, atMs: clock.nowMs(), step: clock.steps() });
  };
  cable.tap((direction, bytes) => {
    if (direction === "toDevice") add({ what: "bytes", bytes: bytes.slice() });
  });
  cable.watch((event) => {
    if (event === "attached" || event === "detached") add({ what: event });
  });
  return { add, all: () => (held > INPUT_BYTES ? undefined : [...inputs]) };
};
