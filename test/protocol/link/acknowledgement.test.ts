/** When a receiver says ACK and NAK (SPEC, section 2, the first two rows of the table). */
import { describe, expect, test } from "bun:test";
import { FLAGS, type Frame } from "../../../protocol/frame/frame.ts";
import { LINK_TIMES } from "../../../protocol/link/times.ts";
import { SEED } from "../random.ts";
import { byHand, framesOf } from "./by-hand.ts";
import { frameBytes, framesIn, WHOLE } from "./greeting-frames.ts";
import { bringUp, CLEAN, createPair, type End } from "./line.ts";

const { first: FIRST, last: LAST, retransmit: RETRANSMIT } = FLAGS;
const countOf = (end: End, type: Frame["type"]): number =>
  framesIn(end.written.map(({ bytes }) => bytes)).filter((frame) => frame.type === type).length;
const brief = ({ type, ack }: Frame): readonly [string, number] => [type, ack];

/** A receiver that says what it says at once after a DATA frame. */
const receiver = (window = 8) => {
  const one = byHand(window);
  const take = (seq: number, flags: number, nowMs: number): readonly Frame[] => {
    one.hear({ type: "data", seq, flags, payload: Uint8Array.of(7) }, nowMs);
    return framesOf(one.link, nowMs);
  };
  return { ...one, take };
};

describe("ACK", () => {
  test.each([
    ["one frame", 1, 1, 1],
    ["two frames", 2, 1, 2],
    ["eight frames", 8, 1, 8],
    ["one frame", 1, 8, 1],
    ["two frames", 2, 8, 1],
    ["three frames", 3, 8, 2],
    ["eight frames", 8, 8, 4],
    ["one frame", 1, 32, 1],
    ["two frames", 2, 32, 1],
    ["eight frames", 8, 32, 2],
  ])("a record of %s (%d) under a window of %d costs %d", (_, frames, window, acks) => {
    const pair = createPair(SEED, CLEAN, { window });
    bringUp(pair);
    pair.device.written.splice(0);
    pair.host.written.splice(0);
    pair.host.send(0, new Uint8Array(512 * frames));
    pair.run(100, () => pair.host.link.isIdle());
    expect(pair.host.link.isIdle()).toBe(true);
    expect([countOf(pair.device, "ack"), pair.device.written.length]).toEqual([acks, acks]);
    expect(pair.host.written).toHaveLength(frames);
  });

  test.each([
    [1, 1],
    [2, 2],
    [8, 2],
    [16, 2],
    [24, 3],
    [32, 4],
  ])("a window of %d acknowledges every %d. frame at once", (window, every) => {
    const { take } = receiver(window);
    const flags = (seq: number): number => (seq === 0 ? FIRST : 0);
    const said = Array.from({ length: 24 }, (_, seq) => take(seq, flags(seq), 1).length);
    expect(said).toEqual(Array.from({ length: 24 }, (_, seq) => ((seq + 1) % every === 0 ? 1 : 0)));
  });

  test("of a first frame waits 5 ms, of a last one 1 ms", () => {
    const middle = receiver();
    expect(middle.take(0, FIRST, 10)).toEqual([]);
    expect(middle.until(14.9)).toEqual([]);
    expect(middle.until(100).map(({ atMs, frame }) => [atMs, ...brief(frame)])).toEqual([
      [10 + LINK_TIMES.delayedAck, "ack", 1],
    ]);
    const whole = receiver();
    expect(whole.take(0, WHOLE, 10)).toEqual([]);
    expect(whole.until(10.9)).toEqual([]);
    expect(whole.until(100).map(({ atMs, frame }) => [atMs, ...brief(frame)])).toEqual([
      [10 + LINK_TIMES.promptAck, "ack", 1],
    ]);
    const both = receiver(32);
    both.take(0, FIRST, 10);
    both.take(1, LAST, 12);
    expect(both.until(100).map(({ atMs }) => atMs)).toEqual([13]);
    both.take(2, FIRST, 110);
    both.take(3, LAST, 114.5);
    expect(both.until(200).map(({ atMs }) => atMs)).toEqual([115]);
  });

  test("rides on DATA that leaves within that time, and on PONG", () => {
    const { link, send, take, until, hear } = receiver();
    expect(take(0, WHOLE, 10)).toEqual([]);
    expect(link.deadlineMs()).toBe(10 + LINK_TIMES.promptAck);
    send(100, 10);
    expect(framesOf(link, 10).map(brief)).toEqual([["data", 1]]);
    expect(until(200)).toEqual([]);
    hear({ type: "ack", ack: 1 }, 200);
    take(1, FIRST, 300);
    hear({ type: "ping", ack: 1, payload: new Uint8Array(8) }, 301);
    expect(framesOf(link, 301).map(brief)).toEqual([["pong", 2]]);
    expect(until(400)).toEqual([]);
  });

  test("is said at once for RETRANSMIT", () => {
    const { take } = receiver();
    expect(take(0, FIRST | RETRANSMIT, 10).map(brief)).toEqual([["ack", 1]]);
    expect(take(1, RETRANSMIT, 10).map(brief)).toEqual([["ack", 2]]);
  });

  test("is said again at once for what was taken before, which is not taken again", () => {
    const { hear, take, link } = receiver();
    expect(hear({ type: "data", seq: 0, flags: WHOLE }, 10)).toHaveLength(1);
    for (let i = 0; i < 5; i += 1) {
      expect(hear({ type: "data", seq: 0, flags: WHOLE | RETRANSMIT }, 20 + i)).toEqual([]);
      expect(framesOf(link, 20 + i).map(brief)).toEqual([["ack", 1]]);
    }
    expect(take(0, WHOLE, 30).map(brief)).toEqual([["ack", 1]]);
    expect(take(65_535, WHOLE, 31).map(brief)).toEqual([["ack", 1]]);
  });
});

describe("NAK", () => {
  test("is said once for what is missing, and again after 50 ms; others get an ACK", () => {
    const { link, take, until } = receiver();
    take(0, WHOLE, 10);
    expect(until(11).map(({ frame }) => brief(frame))).toEqual([["ack", 1]]);
    expect(take(2, WHOLE, 20).map(brief)).toEqual([["nak", 1]]);
    for (let seq = 3; seq < 8; seq += 1)
      expect(take(seq, WHOLE, 21).map(brief)).toEqual([["ack", 1]]);
    const againMs = 20 + LINK_TIMES.nakAgain;
    expect(take(2, WHOLE, againMs - 1).map(brief)).toEqual([["ack", 1]]);
    expect(take(2, WHOLE, againMs).map(brief)).toEqual([["nak", 1]]);
    expect(link.stats().naks).toBe(2);
  });

  test("for another seq is said at once", () => {
    const { take } = receiver();
    expect(take(2, WHOLE, 20).map(brief)).toEqual([["nak", 0]]);
    expect(take(0, WHOLE | RETRANSMIT, 21).map(brief)).toEqual([["ack", 1]]);
    expect(take(2, WHOLE, 22).map(brief)).toEqual([["nak", 1]]);
  });

  test("is taken back by the frame that was missing, if it comes before the NAK left", () => {
    const { hear, link } = receiver();
    hear({ type: "data", seq: 1, flags: WHOLE }, 20);
    hear({ type: "data", seq: 0, flags: WHOLE }, 20);
    expect(framesOf(link, 20).map(brief)).toEqual([["ack", 1]]);
  });

  test("is said for a frame that fails its CRC, once, and again after 50 ms", () => {
    const { link, epoch, hear } = receiver();
    const bent = frameBytes({ type: "data", epoch, flags: WHOLE, payload: Uint8Array.of(7, 7) });
    bent[5] = (bent[5] ?? 0) ^ 0x10;
    for (let i = 0; i < 100; i += 1) link.receive(bent, 10);
    expect(framesOf(link, 10).map(brief)).toEqual([["nak", 0]]);
    link.receive(bent, 59);
    expect(framesOf(link, 59)).toEqual([]);
    link.receive(bent, 60);
    expect(framesOf(link, 60).map(brief)).toEqual([["nak", 0]]);
    expect(hear({ type: "data", seq: 0, flags: WHOLE }, 61)).toHaveLength(1);
    expect(link.stats()).toMatchObject({ crcErrors: 102, dropped: 102, naks: 2 });
  });

  test("gets through where the first one is lost: the second follows 50 ms later", () => {
    const pair = createPair(SEED);
    bringUp(pair);
    pair.host.send(0, new Uint8Array(512));
    pair.run(1000, () => pair.host.link.isIdle());
    const fromMs = pair.nowMs();
    pair.setFaults({ ...CLEAN, loss: 1 });
    pair.host.send(0, new Uint8Array(512)); // this one is lost
    pair.setFaults(CLEAN);
    pair.host.send(0, new Uint8Array(512)); // the device sees the gap, and its NAK is lost
    pair.run(0.5);
    pair.setFaults({ ...CLEAN, loss: 1 });
    pair.run(2);
    expect(pair.device.link.stats().naks).toBe(1);
    pair.setFaults(CLEAN);
    pair.run(LINK_TIMES.nakAgain - 2);
    pair.host.send(0, new Uint8Array(512));
    pair.run(1000, () => pair.host.link.isIdle());
    expect(pair.device.link.stats().naks).toBeLessThanOrEqual(2);
    expect(pair.nowMs() - fromMs).toBeLessThan(100);
    expect(pair.device.events.filter(({ kind }) => kind === "record")).toHaveLength(4);
  });
});
