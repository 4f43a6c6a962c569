/** Pipelined work leaves the line its turn. */
import { describe, expect, test } from "bun:test";
import { createPace } from "../../../firmware/calls/pace.ts";
import { DEVICE_LIMITS } from "../../../firmware/limits.ts";
import { createFakeClock } from "../fake-clock.ts";
import { createCallBench, settle } from "./call-bench.ts";
import type { Handlers } from "../../../firmware/dispatch.ts";
import { ok } from "../../../protocol/errors.ts";

const createRun = (eachMs: number) => {
  const clock = createFakeClock();
  const pace = createPace(clock);
  const done: number[] = [];
  const run = (number: number, caller = "a"): boolean =>
    pace.run(caller, () => {
      clock.advance(eachMs);
      done.push(number);
    });
  return { clock, run, done };
};

describe("work", () => {
  test("runs at once until a slice of it is done, then in order, a slice each turn", async () => {
    const { run, done } = createRun(DEVICE_LIMITS.sliceMs / 2);
    const taken = Array.from({ length: 7 }, (_, i) => run(i));
    expect([taken.every((is) => is), done]).toEqual([true, [0, 1, 2]]);
    await settle();
    expect(done).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  test("that waits has a bound", async () => {
    const { run, done } = createRun(2 * DEVICE_LIMITS.sliceMs);
    const taken = Array.from({ length: 100 }, (_, i) => run(i)).filter((is) => is);
    expect([taken.length, done.length]).toEqual([1 + DEVICE_LIMITS.pacedCalls, 1]);
    for (let turn = 0; turn < 20; turn += 1) await settle();
    expect(done).toHaveLength(taken.length);
  });
});

test("each caller has room of its own, and its turn", async () => {
  const { run, done } = createRun(2 * DEVICE_LIMITS.sliceMs);
  for (let i = 0; i < 100; i += 1) run(i);
  expect([run(1000, "b"), run(1001, "b"), run(1002, "c")]).toEqual([true, true, true]);
  for (let turn = 0; turn < 20; turn += 1) await settle();
  expect(done.slice(0, 7)).toEqual([0, 1, 1000, 1002, 2, 1001, 3]);
  expect(done).toHaveLength(1 + DEVICE_LIMITS.pacedCalls + 3);
});

test("calls that may run twice are paced: busy beyond the bound, each answered once", async () => {
  const getXpub: Handlers["getXpub"] = () => {
    bench.clock.advance(2 * DEVICE_LIMITS.sliceMs);
    return ok({ xpub: "x", fingerprint: new Uint8Array(4) });
  };
  const bench = createCallBench({ handlers: { getXpub } });
  const session = bench.session();
  const ids = Array.from({ length: 70 }, () => session.ask("getXpub", new Map([[0, [1]]])));
  expect(ids.filter((id) => session.finals(id).includes("result")).length).toBeLessThan(3);
  for (let turn = 0; turn < 20; turn += 1) await settle();
  const finals = ids.flatMap(session.finals);
  expect(finals).toHaveLength(70);
  expect(finals.filter((one) => one === "busy")).toHaveLength(70 - 1 - DEVICE_LIMITS.pacedCalls);
});
