/** Time that passes when it is wanted: order, ends, exceptions, held time, no heap of timers. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { createVirtualClock } from "../../hardware/emulator/index.ts";
import { thrownBy } from "./thrown.ts";

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

const turns = async (count: number): Promise<void> => {
  for (let i = 0; i < count; i += 1) await turn();
};

describe("order", () => {
  test("by time, and at one time as they were asked for", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 40 }), async (all) => {
        const clock = createVirtualClock();
        const seen: [number, number][] = [];
        for (const [i, ms] of all.entries()) clock.after(ms, () => seen.push([clock.nowMs(), i]));
        await clock.advance(5);
        const expected = all.map((ms, i): [number, number] => [ms, i]);
        expect(seen).toEqual(expected.toSorted(([a, i], [b, j]) => a - b || i - j));
        expect(clock.nowMs()).toBe(5);
      }),
      { numRuns: 30 },
    );
  });

  test("what an event promises comes true before the next one of its time", async () => {
    const clock = createVirtualClock();
    const seen: string[] = [];
    const slowly = async (): Promise<void> => {
      for (let i = 0; i < 20; i += 1) await Promise.resolve();
      seen.push("promised");
    };
    clock.after(1, () => void slowly());
    clock.after(1, () => seen.push("next"));
    await clock.advance(1);
    expect(seen).toEqual(["promised", "next"]);
  });

  test("nothing moves while nobody wants time to pass", async () => {
    const clock = createVirtualClock();
    let count = 0;
    clock.after(0, () => {
      count += 1;
    });
    await turns(5);
    expect([count, clock.nowMs()]).toEqual([0, 0]);
  });
});

describe("ends", () => {
  test("advance stops at its time, with what falls due there and what that asks for", async () => {
    const clock = createVirtualClock();
    const seen: number[] = [];
    const again = (): void => {
      seen.push(clock.nowMs());
      clock.after(10, again);
    };
    again();
    await clock.advance(20);
    expect([seen, clock.nowMs()]).toEqual([[0, 10, 20], 20]);
    await clock.advance(9.5);
    expect([seen.length, clock.nowMs()]).toEqual([3, 29.5]);
    await clock.advance(0.5);
    expect(seen).toEqual([0, 10, 20, 30]);
  });

  test("until goes from event to event, and no event further than its promise", async () => {
    const clock = createVirtualClock();
    const seen: number[] = [];
    for (const ms of [1, 1000, 1000, 5000]) clock.after(ms, () => seen.push(ms));
    const { promise, resolve } = Promise.withResolvers<string>();
    clock.after(1000, () => resolve("there"));
    clock.after(1000, () => seen.push(-1));
    expect(await clock.until(promise)).toBe("there");
    await turns(5);
    expect([seen, clock.nowMs()]).toEqual([[1, 1000, 1000], 1000]);
  });

  test("a wait that begins as another ends moves on", async () => {
    const clock = createVirtualClock();
    const after = (ms: number): Promise<number> =>
      new Promise((resolve) => void clock.after(ms, () => resolve(clock.nowMs())));
    const chain = async (): Promise<readonly number[]> => {
      const times: number[] = [];
      for (let i = 0; i < 50; i += 1) times.push(await clock.until(after(i % 3)));
      return times;
    };
    const [one, other] = await Promise.all([chain(), chain()]);
    expect(one).toHaveLength(50);
    expect(other).toHaveLength(50);
  });

  test("an advance beside a wait: nothing later happens before it is over", async () => {
    const clock = createVirtualClock();
    const later = Promise.withResolvers<string>();
    clock.after(4_000, () => later.resolve("timed out"));
    const waiting = clock.until(later.promise);
    await clock.advance(500);
    expect(clock.nowMs()).toBe(500);
    later.resolve("pressed");
    expect(await waiting).toBe("pressed");
  });

  test("several advances at once: each has its time, none goes on without end", async () => {
    const clock = createVirtualClock();
    const ticks: number[] = [];
    const tick = (): void => {
      ticks.push(clock.nowMs());
      clock.after(1, tick);
    };
    tick();
    await Promise.all([clock.advance(3), clock.advance(7), clock.advance(5)]);
    expect(clock.nowMs()).toBe(7);
    expect(ticks).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  test("what is due never does not happen, whoever waits", async () => {
    const clock = createVirtualClock();
    let isReached = false;
    const stop = clock.after(Number.POSITIVE_INFINITY, () => {
      isReached = true;
    });
    const { promise, resolve } = Promise.withResolvers<void>();
    setTimeout(resolve, 5);
    await clock.until(promise);
    stop();
    expect([isReached, clock.nowMs()]).toEqual([false, 0]);
    expect(() => clock.advance(Number.POSITIVE_INFINITY)).toThrow("for a while");
    expect(() => clock.advance(-1)).toThrow("never goes back");
    expect(() => clock.after(Number.NaN, () => undefined)).toThrow("a number");
  });
});

describe("exceptions", () => {
  test("what an event throws is thrown where time was wanted, once for each", async () => {
    const clock = createVirtualClock();
    const seen: string[] = [];
    clock.after(1, () => {
      throw new Error("thrown");
    });
    clock.after(2, () => seen.push("after it"));
    const never = clock.until(new Promise(() => undefined));
    const waits = await Promise.allSettled([never, clock.advance(2)]);
    expect(waits.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(seen).toEqual([]);
    await clock.advance(1);
    expect([seen, clock.nowMs()]).toEqual([["after it"], 2]);
  });

  test("a promise that rejects ends its wait with that, and time goes on for others", async () => {
    const clock = createVirtualClock();
    const failing = clock.until(Promise.reject(new Error("mine")));
    expect(await thrownBy(() => failing)).toBe("mine");
    await clock.advance(3);
    expect(clock.nowMs()).toBe(3);
  });
});

describe("held time", () => {
  test("stands still until the work is done, for waits and for advances", async () => {
    const clock = createVirtualClock();
    const seen: string[] = [];
    const work = Promise.withResolvers<void>();
    const held = clock.hold(work.promise).then(() => seen.push("worked"));
    clock.after(1, () => seen.push("event"));
    const passing = clock.advance(1);
    await turns(200);
    expect([seen, clock.nowMs()]).toEqual([[], 0]);
    work.resolve();
    await Promise.all([held, passing]);
    expect(seen).toEqual(["worked", "event"]);
  });

  test("work that fails holds nothing any more", async () => {
    const clock = createVirtualClock();
    const lost = clock.hold(Promise.reject(new Error("lost")));
    expect(await thrownBy(() => lost)).toBe("lost");
    await clock.advance(1);
    expect(clock.nowMs()).toBe(1);
  });
});

describe("timers that are called off", () => {
  test("do not happen, and what has happened can be called off without harm", async () => {
    const clock = createVirtualClock();
    const seen: number[] = [];
    const stops = [1, 2, 3].map((ms) => clock.after(ms, () => seen.push(ms)));
    stops[1]?.();
    stops[1]?.();
    await clock.advance(3);
    for (const stop of stops) stop();
    expect(seen).toEqual([1, 3]);
    expect(clock.waiting()).toBe(0);
  });

  test("do not pile up, however many there are and however late they were due", async () => {
    const clock = createVirtualClock();
    const kept: number[] = [];
    for (const ms of [5, 50_000]) clock.after(ms, () => kept.push(ms));
    for (let i = 0; i < 20_000; i += 1) clock.after(10_000 + (i % 7), () => undefined)();
    expect(clock.waiting()).toBeLessThan(200);
    await clock.advance(60_000);
    expect([kept, clock.waiting()]).toEqual([[5, 50_000], 0]);
  });

  test("among 5,000 that stay: each happens, in its order", async () => {
    const clock = createVirtualClock();
    const seen: number[] = [];
    for (let i = 0; i < 5000; i += 1) {
      const stop = clock.after(i % 100, () => seen.push(i % 100));
      if (i % 2 === 1) stop();
    }
    await clock.advance(100);
    expect(seen).toHaveLength(2500);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  });
});
