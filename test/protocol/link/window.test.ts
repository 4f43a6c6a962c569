/** The window: how much a sender has outstanding, and credit (SPEC, section 2, "Go-back-N"). */
import { describe, expect, test } from "bun:test";
import { FLAGS } from "../../../protocol/frame/frame.ts";
import { LIMITS } from "../../../protocol/limits.ts";
import { byHand, framesOf } from "./by-hand.ts";
import { frameBytes, WHOLE } from "./greeting-frames.ts";

const PONG = { type: "pong", payload: new Uint8Array(8) } as const;

describe("a sender", () => {
  test.each([1, 2, 8, 32])("has at most a window of %d outstanding", (window) => {
    const { link, hear, send } = byHand(window);
    for (let i = 0; i < 12; i += 1) send(4096);
    expect(framesOf(link, 1)).toHaveLength(window);
    hear({ type: "ack", ack: 1 }, 2);
    expect(framesOf(link, 2).map(({ seq }) => seq)).toEqual([window]);
    hear({ type: "ack", ack: 1 + window }, 3);
    expect(framesOf(link, 3)).toHaveLength(window);
  });

  test("follows a window that shrinks and grows", () => {
    const { link, hear, send } = byHand(8);
    for (let i = 0; i < 12; i += 1) send(4096);
    expect(framesOf(link, 1)).toHaveLength(8);
    hear({ type: "ack", ack: 8, window: 2 }, 2);
    expect(framesOf(link, 2)).toHaveLength(2);
    hear({ type: "ack", ack: 10, window: 5 }, 3);
    expect(framesOf(link, 3)).toHaveLength(5);
  });

  test("sends nothing new under a window that shrank below what is outstanding", () => {
    const { link, hear, send } = byHand(8);
    for (let i = 0; i < 12; i += 1) send(4096);
    expect(framesOf(link, 1)).toHaveLength(8);
    hear({ type: "ack", ack: 2, window: 4 }, 2);
    expect(framesOf(link, 2)).toEqual([]);
    hear({ type: "nak", ack: 2, window: 3 }, 100);
    expect(framesOf(link, 100).map(({ seq }) => seq)).toEqual([2, 3, 4]);
    hear({ type: "ack", ack: 5, window: 8 }, 101);
    expect(framesOf(link, 101).map(({ seq }) => seq)).toEqual([5, 6, 7, 8, 9, 10, 11, 12]);
  });

  test("takes no acknowledgement of what is not outstanding, nor its window", () => {
    const { link, hear, send } = byHand(8);
    send(512 * 8);
    send(512 * 8);
    expect(framesOf(link, 1)).toHaveLength(8);
    for (const ack of [9, 100, 1000, 0x8000, 65_535]) hear({ type: "ack", ack, window: 32 }, 2);
    for (const ack of [9, 100, 1000, 0x8000, 65_535]) hear({ type: "nak", ack, window: 0 }, 2);
    expect([framesOf(link, 2), link.isIdle()]).toEqual([[], false]);
    hear({ type: "ack", ack: 8 }, 3);
    expect(framesOf(link, 3).map(({ seq }) => seq)).toEqual([8, 9, 10, 11, 12, 13, 14, 15]);
    hear({ type: "ack", ack: 16 }, 4);
    expect(link.isIdle()).toBe(true);
  });

  test("cuts records into consecutive frames that share channel and HANDSHAKE", () => {
    const { link, epoch } = byHand(8);
    for (const isHandshake of [false, true]) {
      link.send({ epoch, channel: 5, isHandshake, bytes: new Uint8Array(1025) }, 0);
    }
    const { first, last, handshake, device } = FLAGS;
    const frames = framesOf(link, 0);
    expect(frames.map(({ seq }) => seq)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(frames.map(({ channel }) => channel)).toEqual([5, 5, 5, 5, 5, 5]);
    expect(frames.map(({ payload }) => payload.length)).toEqual([512, 512, 1, 512, 512, 1]);
    const flags = [first, 0, last];
    expect(frames.map((frame) => frame.flags)).toEqual([
      ...flags.map((flag) => flag | device),
      ...flags.map((flag) => flag | device | handshake),
    ]);
  });
});

describe("a receiver", () => {
  test.each([1, 2, 8, 32])("takes at most a window of %d beyond what it has told", (window) => {
    const { link, hear } = byHand(window);
    const send = (from: number, count: number) =>
      Array.from({ length: count }, (_, i) =>
        hear({ type: "data", seq: from + i, flags: WHOLE }, 1),
      );
    expect(send(0, 100).filter((records) => records.length === 1)).toHaveLength(window);
    expect(framesOf(link, 1)).toMatchObject([{ type: "nak", ack: window, window }]);
    expect(send(window, 100).filter((records) => records.length === 1)).toHaveLength(window);
  });
});

describe("a window of 0", () => {
  /** A device under a shut window that answers every PING. */
  const shut = (endMs: number) => {
    const one = byHand(8);
    one.hear({ type: "ack", ack: 0, window: 0 }, 0);
    one.send(512 * 3);
    const pings: number[] = [];
    for (let nowMs = 0; nowMs <= endMs; nowMs += 10) {
      const early = one.link.tick(nowMs); // also where no timer is due
      one.events.push(...early);
      const said = framesOf(one.link, nowMs).map((frame) => ({ atMs: nowMs, frame }));
      for (const { atMs, frame } of [...said, ...one.until(nowMs)]) {
        if (frame.type === "reset") continue;
        expect(frame.type).toBe("ping");
        pings.push(atMs);
        one.hear({ ...PONG, window: 0 }, nowMs);
      }
    }
    return { ...one, pings };
  };

  test("lets nothing out; a PING each 500 ms asks; it opens and all goes", () => {
    const { link, hear, pings } = shut(3000);
    expect(pings).toEqual([500, 1000, 1500, 2000, 2500, 3000]);
    hear({ type: "ack", ack: 0, window: 8 }, 3001);
    expect(framesOf(link, 3001).map(({ type }) => type)).toEqual(["data", "data", "data"]);
  });

  test("for ever: lost after 60 s, however lively the other side is", () => {
    const { epoch, events, pings } = shut(60_100);
    expect(events).toEqual([{ kind: "closed", epoch, reason: "lost" }]);
    expect(pings.at(-1)).toBe(59_500);
    expect(shut(59_990).events).toEqual([]);
  });

  test("is counted anew from every frame that is taken", () => {
    const { link, hear, until, events, epoch } = shut(50_000);
    hear({ type: "ack", ack: 0, window: 1 }, 50_001);
    expect(framesOf(link, 50_001)).toMatchObject([{ type: "data", seq: 0 }]);
    hear({ type: "ack", ack: 1, window: 0 }, 50_002);
    const answer = (endMs: number): void => {
      for (let nowMs = 50_002; nowMs <= endMs; nowMs += 100) {
        until(nowMs);
        hear({ ...PONG, ack: 1, window: 0 }, nowMs);
      }
    };
    answer(50_002 + 59_900);
    expect(events).toEqual([]);
    until(50_002 + 60_000);
    expect(events).toEqual([{ kind: "closed", epoch, reason: "lost" }]);
  });

  test("repeats nothing, and what it swallowed goes again when it opens, at nobody's cost", () => {
    const { link, hear, send, until, events } = byHand(8);
    send(512 * 3);
    expect(framesOf(link, 0)).toHaveLength(3);
    for (let round = 0; round < 20; round += 1) {
      const nowMs = 1 + 2500 * round;
      hear({ type: "ack", ack: 0, window: 0 }, nowMs);
      const types = until(nowMs + 2400).map(({ frame }) => frame.type);
      expect(new Set(types)).toEqual(new Set(["ping"]));
      hear({ type: "ack", ack: 0, window: 8 }, nowMs + 2450);
      const again = framesOf(link, nowMs + 2450);
      expect(again.map(({ seq }) => seq)).toEqual([0, 1, 2]);
      expect(again.every(({ flags }) => (flags & FLAGS.retransmit) !== 0)).toBe(true);
    }
    expect(events).toEqual([]);
  });

  test("is what a device offers while its own queue is full, and takes back by itself", () => {
    const { link, epoch, hear, send } = byHand(8);
    for (let i = 0; i < LIMITS.queuedRecords; i += 1) expect(send(10)).toBe(true);
    const full = framesOf(link, 1);
    expect(full.every(({ window }) => window === 0)).toBe(true);
    expect(hear({ type: "data", seq: 0, flags: WHOLE }, 2)).toEqual([]);
    expect(framesOf(link, 2)).toMatchObject([{ type: "ack", ack: 0, window: 0 }]);
    hear({ type: "data", seq: 1, flags: WHOLE }, 2);
    link.receive(frameBytes({ type: "data", epoch }).with(4, 9), 2);
    expect(framesOf(link, 2)).toMatchObject([{ type: "ack", ack: 0, window: 0 }]); // no NAK
    hear({ type: "ack", ack: 4 }, 3);
    expect(framesOf(link, 3).some(({ window }) => window === 8)).toBe(true);
    expect(hear({ type: "data", seq: 0, flags: WHOLE }, 4)).toHaveLength(1);
  });

  test("opens with an ACK where no DATA can carry it", () => {
    const { link, hear, send } = byHand(8);
    for (let i = 0; i < LIMITS.queuedRecords; i += 1) send(10);
    framesOf(link, 1);
    hear({ type: "ack", ack: 8 }, 3);
    framesOf(link, 3);
    hear({ type: "ack", ack: 16 }, 4);
    for (let i = 0; i < LIMITS.queuedRecords; i += 1) send(10, 5);
    expect(framesOf(link, 5).at(-1)).toMatchObject({ type: "data", window: 0 });
    hear({ type: "ack", ack: 17, window: 7 }, 6);
    expect(framesOf(link, 6)).toMatchObject([{ type: "ack", window: 8 }]);
  });

  test("is never the host's, whose queue is full as well", () => {
    const { link, hear, send } = byHand(8, "host");
    for (let i = 0; i < LIMITS.queuedRecords; i += 1) expect(send(10)).toBe(true);
    expect(framesOf(link, 1).every(({ window }) => window === 8)).toBe(true);
    expect(hear({ type: "data", seq: 0, flags: WHOLE }, 2)).toHaveLength(1);
  });
});
