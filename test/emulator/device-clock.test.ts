/** A device's own events are counted, and stopped at a place between two of them. */
import { expect, test } from "bun:test";
import { createVirtualClock } from "../../hardware/emulator/index.ts";
import { createDeviceClock } from "../../hardware/emulator/kit/device-clock.ts";

test("events beyond what is allowed wait, and come in their order before later ones", async () => {
  const clock = createVirtualClock();
  const device = createDeviceClock(clock);
  const seen: string[] = [];
  const stops = ["a", "b", "c", "d"].map((name) =>
    device.after(1, () => {
      seen.push(name);
      if (name === "b") device.after(0, () => seen.push("of b"));
    }),
  );
  clock.after(1, () => seen.push("not the device's"));
  device.allow(1);
  await clock.advance(1);
  expect([seen, device.steps()]).toEqual([["a", "not the device's"], 1]);
  stops[2]?.();
  device.allow(2);
  await clock.advance(0);
  expect([seen.slice(2), device.steps()]).toEqual([["b"], 2]);
  device.allow(Number.POSITIVE_INFINITY);
  await clock.advance(0);
  expect([seen.slice(2), device.steps()]).toEqual([["b", "d", "of b"], 4]);
});
