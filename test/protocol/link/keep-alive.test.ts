/** Who is still there: PING, PONG and silence (SPEC, section 2). */
import { describe, expect, test } from "bun:test";
import type { Frame } from "../../../protocol/frame/frame.ts";
import { LINK_TIMES } from "../../../protocol/link/times.ts";
import { SEED } from "../random.ts";
import { byHand, framesOf, type Said } from "./by-hand.ts";
import { frameBytes, framesIn } from "./greeting-frames.ts";
import { bringUp, CLEAN, createPair, type End, kindsOf } from "./line.ts";

const CUT_LINE = { ...CLEAN, loss: 1 };
const writtenBy = (end: End): readonly Frame[] => framesIn(end.written.map(({ bytes }) => bytes));
const typesOf = (end: End): readonly string[] => writtenBy(end).map(({ type }) => type);
const brief = ({ atMs, frame }: Said): readonly [number, string] => [atMs, frame.type];

describe("keeping alive", () => {
  test("a PING is answered with its nonce, in its epoch alone, once for a flood", () => {
    const pair = createPair(SEED);
    bringUp(pair);
    const epoch = pair.host.epoch();
    pair.device.written.splice(0);
    const payload = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    const flood = Array.from({ length: 500 }, () => frameBytes({ type: "ping", epoch, payload }));
    pair.device.inject(frameBytes({ type: "ping", epoch: epoch ^ 1, payload }));
    pair.device.inject(Uint8Array.from(flood.flatMap((bytes) => [...bytes])));
    pair.run(10);
    expect(writtenBy(pair.device)).toMatchObject([{ type: "pong", epoch, payload }]);
  });

  test("after 5 s of silence one PING, and an idle pair stays up for an hour", () => {
    const pair = createPair(SEED);
    bringUp(pair);
    pair.host.written.splice(0);
    pair.run(LINK_TIMES.pingAfter - 50);
    expect(typesOf(pair.host)).toEqual([]);
    pair.run(100);
    expect([...typesOf(pair.host), ...typesOf(pair.device).slice(-1)]).toContain("ping");
    pair.run(3_600_000);
    expect([kindsOf(pair.host), kindsOf(pair.device)]).toEqual([[], []]);
    const each = pair.host.written.length / (3_600_000 / LINK_TIMES.pingAfter);
    expect(each).toBeLessThan(1.1);
  });

  test("three PINGs without an answer: silent, after 5 + 3 times 2 s, at both ends", () => {
    const pair = createPair(SEED);
    bringUp(pair);
    const fromMs = pair.nowMs();
    const epoch = pair.host.epoch();
    pair.setFaults(CUT_LINE);
    pair.host.written.splice(0);
    pair.run(60_000, () => pair.host.link.liveEpoch() === undefined);
    expect(pair.host.events).toEqual([{ kind: "closed", epoch, reason: "silent" }]);
    const lastedMs = pair.nowMs() - fromMs;
    const { pingAfter, pingAgain, pings } = LINK_TIMES;
    expect(Math.abs(lastedMs - (pingAfter + pings * pingAgain))).toBeLessThan(20);
    expect(typesOf(pair.host).filter((type) => type === "ping")).toHaveLength(pings);
    pair.run(100);
    expect(kindsOf(pair.device)).toEqual(["closed"]);
  });

  test.each(["host", "device"] as const)(
    "a %s asks at 5, 7 and 9 s, and gives up at 11",
    (side) => {
      const { epoch, until, events } = byHand(8, side);
      expect(until(10_999).map(brief)).toEqual([
        [5000, "ping"],
        [7000, "ping"],
        [9000, "ping"],
      ]);
      expect(events).toEqual([]);
      expect(until(11_000)[0]).toMatchObject({ atMs: 11_000, frame: { type: "reset", epoch } });
      expect(events).toEqual([{ kind: "closed", epoch, reason: "silent" }]);
    },
  );

  test("any frame of the epoch counts as heard, and begins the 5 s anew", () => {
    const { hear, until, events } = byHand(8);
    expect(until(10_999)).toHaveLength(3);
    for (const [i, type] of (["pong", "ack", "nak", "data"] as const).entries()) {
      const payload = new Uint8Array(type === "pong" ? 8 : 0);
      const heardMs = 10_999 + 5100 * i;
      hear({ type, payload }, heardMs);
      const asked = until(heardMs + 5099).filter(({ frame }) => frame.type === "ping");
      expect(asked.map(({ atMs }) => atMs)).toEqual([heardMs + LINK_TIMES.pingAfter]);
    }
    expect(events).toEqual([]);
  });

  test("each PING has another nonce of 8 bytes", () => {
    const { until } = byHand(8);
    const nonces = until(10_000).map(({ frame }) => frame.payload.toHex());
    expect(nonces.every((nonce) => nonce.length === 16)).toBe(true);
    expect(new Set(nonces).size).toBe(3);
  });

  test("who slept for a minute asks three times, 2 s apart, before he gives up", () => {
    const { link, epoch, until, events } = byHand(8);
    link.tick(60_000);
    expect(framesOf(link, 60_000).map(({ type }) => type)).toEqual(["ping"]);
    expect(until(65_999).map(brief)).toEqual([
      [62_000, "ping"],
      [64_000, "ping"],
    ]);
    expect(events).toEqual([]);
    until(66_000);
    expect(events).toEqual([{ kind: "closed", epoch, reason: "silent" }]);
  });

  test("under a window of 0 as well: silence ends it after 11 s", () => {
    const { hear, send, until, events } = byHand(8);
    hear({ type: "ack", window: 0 }, 0);
    send(10);
    expect(until(10_999).length).toBeGreaterThanOrEqual(20);
    expect(events).toEqual([]);
    until(11_500);
    expect(events).toMatchObject([{ reason: "silent" }]);
  });
});
