/** Brings a new emulator to where another one was: what came to that one comes to it again. */
import type { Cable, HostEnd } from "../lines/cable.ts";
import type { DeviceClock } from "./device-clock.ts";
import type { Input } from "./inputs.ts";
import { hashOfScreens, snappedInputs, type Snapshot } from "./snapshot.ts";
import type { Emulator } from "./emulated.ts";
import type { VirtualClock } from "./virtual-clock.ts";

/** An emulator that has just booted, from within. */
export interface Restored {
  readonly emulator: Pick<Emulator, "press" | "unplug" | "replug" | "powerCut" | "screens">;
  readonly cable: Cable;
  readonly clock: VirtualClock;
  readonly deviceClock: DeviceClock;
}

const OTHER_LIFE =
  "createEmulator({ from }): the emulator came to another state than the snapshot's, which " +
  "another version has made: take it again";

/** Gives the device one input, at once. A host that listens to nothing stands for the real one. */
const give = (restored: Restored, input: Input, host: { end: HostEnd | undefined }): void => {
  const { emulator, cable } = restored;
  switch (input.what) {
    case "attached":
      host.end = cable.attach();
      return;
    case "detached":
      void host.end?.close();
      return;
    case "bytes":
      cable.feed(input.bytes);
      return;
    case "press":
      emulator.press(input.press);
      return;
    case "unplugged":
      emulator.unplug();
      return;
    case "plugged":
      emulator.replug();
      return;
    case "power-cut":
      emulator.powerCut();
  }
};

/** To a time, and to a place among the device's events there. */
const reach = async (
  { clock, deviceClock }: Restored,
  { atMs, step }: { readonly atMs: number; readonly step: number },
): Promise<void> => {
  deviceClock.allow(step);
  await clock.advance(Math.max(0, atMs - clock.nowMs()));
  if (deviceClock.steps() !== step || clock.nowMs() !== atMs) throw new Error(OTHER_LIFE);
};

/** Throws where not the same came of the same. */
export const restore = async (restored: Restored, snapshot: Snapshot): Promise<void> => {
  const host: { end: HostEnd | undefined } = { end: undefined };
  for (const input of snappedInputs(snapshot)) {
    await reach(restored, input);
    give(restored, input, host);
  }
  await reach(restored, { atMs: snapshot.atMs, step: snapshot.steps });
  if (hashOfScreens(restored.emulator.screens) !== snapshot.screens) throw new Error(OTHER_LIFE);
  restored.deviceClock.allow(Number.POSITIVE_INFINITY);
  await host.end?.close();
};
