/** RFC 6298: when a frame is repeated. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { createRoundTrip, RETRANSMISSION } from "../../../protocol/link/round-trip.ts";
import { bringUp, CLEAN, createPair } from "./line.ts";
import { SEED, seeded } from "../random.ts";

const measured = (...times: readonly number[]) => {
  const roundTrip = createRoundTrip();
  for (const ms of times) roundTrip.measure(ms);
  return roundTrip;
};

describe("the time until a frame is repeated", () => {
  test("stays between 50 ms and 2 s, whatever was measured", () => {
    const step = fc.oneof(fc.double({ min: 0, max: 1e6, noNaN: true }), fc.constant("lost"));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
        const roundTrip = createRoundTrip();
        for (const one of steps) {
          if (typeof one === "number") roundTrip.measure(one);
          else roundTrip.backOff();
          expect(roundTrip.timeoutMs()).toBeGreaterThanOrEqual(RETRANSMISSION.least);
          expect(roundTrip.timeoutMs()).toBeLessThanOrEqual(RETRANSMISSION.most);
        }
      }),
      seeded(300),
    );
  });

  test("is 250 ms before anything was measured, then SRTT + 4 RTTVAR", () => {
    expect(createRoundTrip().timeoutMs()).toBe(250);
    expect(measured(100).timeoutMs()).toBe(100 + 4 * 50);
    expect(measured(100, 100).timeoutMs()).toBe(100 + 4 * 37.5);
    expect(measured(100, 180).timeoutMs()).toBe(110 + 4 * (37.5 + 20));
  });

  test("keeps a margin on a line that never varies", () => {
    expect(measured(...Array<number>(100).fill(120)).timeoutMs()).toBeCloseTo(170, 0);
    expect(measured(...Array<number>(100).fill(0)).timeoutMs()).toBe(RETRANSMISSION.least);
  });

  test("doubles with each repetition up to its bound, and stays so until a measurement", () => {
    const roundTrip = createRoundTrip();
    const times = Array.from({ length: 2000 }, () => {
      roundTrip.backOff();
      return roundTrip.timeoutMs();
    });
    expect(times.slice(0, 4)).toEqual([500, 1000, 2000, 2000]);
    expect(times.at(-1)).toBe(2000);
    roundTrip.measure(40);
    expect(roundTrip.timeoutMs()).toBe(120);
  });
});

describe("over a line", () => {
  /** DATA frames that were sent again while 100 went over, eight at a time. */
  const repeatedOf = (delayMs: number): number => {
    const pair = createPair(SEED, { ...CLEAN, delayMs: [delayMs, delayMs] });
    bringUp(pair);
    for (let record = 0; record < 13; record += 1) pair.host.send(0, new Uint8Array(512 * 8));
    pair.run(600_000, () => pair.host.link.isIdle());
    expect(pair.host.link.isIdle()).toBe(true);
    return pair.host.link.stats().retransmitted;
  };

  test.each([1, 20, 60, 124])("nothing is repeated where an answer takes %d ms twice", (ms) => {
    expect(repeatedOf(ms)).toBe(0);
  });

  test.each([130, 400, 700])("where it takes %d ms twice, a few windows at most are", (ms) => {
    expect(repeatedOf(ms)).toBeLessThanOrEqual(4 * 8);
  });
});
