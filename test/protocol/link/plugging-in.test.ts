/** Greeting on a line that shows its cable: each time it comes there is a new count of answers. */
import { expect, test } from "bun:test";
import { framesIn, helloBytes } from "./greeting-frames.ts";
import { pulled } from "./by-hand.ts";
import { linkOf } from "./line.ts";
import { createRandom, SEED } from "../random.ts";

test("whoever plugs in anew is answered at once, however many did so before", () => {
  const random = createRandom(SEED);
  const device = linkOf("device", random);
  const isAnswered = (nowMs: number): boolean => {
    device.receive(helloBytes(random.bytes(16)), nowMs);
    return framesIn(pulled(device, nowMs)).some(({ type }) => type === "helloAck");
  };
  for (let nowMs = 0; nowMs < 10; nowMs += 1) {
    expect([isAnswered(nowMs), isAnswered(nowMs), isAnswered(nowMs)]).toEqual([true, true, false]);
    device.forget();
  }
});
