/** When frames are sent again, and when a sender gives up (SPEC, section 2). */
import { describe, expect, test } from "bun:test";
import { FLAGS } from "../../../protocol/frame/frame.ts";
import { RETRANSMISSION } from "../../../protocol/link/round-trip.ts";
import { SEED } from "../random.ts";
import { byHand, framesOf, type Said } from "./by-hand.ts";
import { WHOLE } from "./greeting-frames.ts";
import { bringUp, CLEAN, createPair, kindsOf, recordsOf } from "./line.ts";

const isData = ({ frame }: Said): boolean => frame.type === "data";
const dataTimes = (said: readonly Said[], seq: number): readonly number[] =>
  said.filter((one) => isData(one) && one.frame.seq === seq).map(({ atMs }) => atMs);
const PING = { type: "ping", payload: new Uint8Array(8) } as const;

/** A sender that has measured a round trip of so many ms, so often, and is idle at 10,000 ms. */
const measured = (roundTripMs: number, times: number) => {
  const one = byHand(8);
  for (let seq = 0; seq < times; seq += 1) {
    const atMs = 10_000 - (times - seq) * roundTripMs;
    one.send(10, atMs);
    framesOf(one.link, atMs);
    one.hear({ type: "ack", ack: seq + 1 }, atMs + roundTripMs);
  }
  return one;
};

/** Lets time pass while the other side is alive: it says PING and takes nothing. */
const untilWithPings = (one: ReturnType<typeof byHand>, fromMs: number, endMs: number, ack = 0) => {
  const said: Said[] = [];
  for (let nowMs = fromMs; nowMs < endMs && one.events.length === 0; nowMs += 1000) {
    one.hear({ ...PING, ack }, nowMs);
    said.push(...framesOf(one.link, nowMs).map((frame) => ({ atMs: nowMs, frame })));
    said.push(...one.until(nowMs + 999));
  }
  return said;
};

describe("a NAK", () => {
  test("is answered with all from its ack on, once, with RETRANSMIT", () => {
    const { link, hear, send } = byHand(8);
    send(512 * 8);
    framesOf(link, 1);
    hear({ type: "nak", ack: 3 }, 60);
    const again = framesOf(link, 60);
    expect(again.map(({ seq }) => seq)).toEqual([3, 4, 5, 6, 7]);
    expect(again.every(({ flags }) => (flags & FLAGS.retransmit) !== 0)).toBe(true);
    for (let i = 0; i < 500; i += 1) hear({ type: "nak", ack: 3 }, 60);
    expect(framesOf(link, 60)).toEqual([]);
    expect(link.stats().retransmitted).toBe(5);
  });

  test("stops what was not pulled yet", () => {
    const { link, hear, send } = byHand(8);
    send(512 * 8);
    for (let i = 0; i < 2; i += 1) expect(link.pull(1)).toBeDefined();
    hear({ type: "nak", ack: 0 }, 60);
    expect(framesOf(link, 60).map(({ seq }) => seq)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  test("takes what it covers for arrived, and where nothing is left asks for nothing", () => {
    const { link, hear, send } = byHand(8);
    send(512 * 8);
    framesOf(link, 1);
    hear({ type: "nak", ack: 8 }, 60);
    expect([framesOf(link, 60), link.isIdle()]).toEqual([[], true]);
  });

  test("sooner than a round trip after that says nothing new, later it is obeyed again", () => {
    const one = measured(20, 60);
    one.send(10);
    framesOf(one.link, 10_000);
    const sent = [10_020, 10_025, 10_037, 10_040, 10_050, 10_060].map((nowMs) => {
      one.hear({ type: "nak", ack: 60 }, nowMs);
      return framesOf(one.link, nowMs).length;
    });
    expect(sent).toEqual([1, 0, 0, 1, 0, 1]);
  });

  test("that comes many times before the line had room is one", () => {
    const one = byHand(8);
    one.send(10);
    framesOf(one.link, 0);
    for (let i = 0; i < 20; i += 1) one.hear({ type: "nak", ack: 0 }, 50);
    expect(framesOf(one.link, 50)).toHaveLength(1);
    expect(dataTimes(untilWithPings(one, 51, 60_000), 0)).toHaveLength(RETRANSMISSION.tries - 1);
  });
});

describe("the time until frames are sent again", () => {
  test("is 250 ms before a measurement, doubling to 2 s, and all that is outstanding goes", () => {
    const one = byHand(8);
    one.send(512 * 3);
    expect(framesOf(one.link, 0)).toHaveLength(3);
    const said = untilWithPings(one, 1, 60_000);
    const times = [250, 750, 1750, 3750, 5750, 7750, 9750, 11_750];
    for (const seq of [0, 1, 2]) expect(dataTimes(said, seq)).toEqual(times);
    const flags = said.filter(isData).map(({ frame }) => frame.flags & FLAGS.retransmit);
    expect(new Set(flags)).toEqual(new Set([FLAGS.retransmit]));
    expect(one.events).toEqual([{ kind: "closed", epoch: one.epoch, reason: "lost" }]);
    expect(said.at(-1)).toMatchObject({ atMs: 13_750, frame: { type: "reset", epoch: one.epoch } });
  });

  test("is SRTT + 50 ms on a steady line, SRTT + 4 RTTVAR on another", () => {
    for (const [roundTripMs, count, timeoutMs] of [
      [20, 60, 70],
      [100, 1, 300],
      [1, 60, 51],
    ] as const) {
      const one = measured(roundTripMs, count);
      one.send(10);
      framesOf(one.link, 10_000);
      const [first = 0, second = 0] = dataTimes(one.until(12_000), count);
      expect(first - 10_000).toBeCloseTo(timeoutMs, 0);
      expect(second - first).toBeCloseTo(2 * timeoutMs, 0);
    }
  });

  test("stays between 50 ms and 2 s", () => {
    const fast = measured(0, 60);
    fast.send(10);
    framesOf(fast.link, 10_000);
    expect(dataTimes(fast.until(10_060), 60)).toEqual([10_000 + RETRANSMISSION.least]);
    const slow = measured(1900, 3);
    slow.send(10);
    framesOf(slow.link, 10_000);
    expect(dataTimes(slow.until(12_001), 3)).toEqual([10_000 + RETRANSMISSION.most]);
  });

  test("is not shortened by the answer to a frame sent twice (Karn), but by one sent once", () => {
    const one = measured(20, 60);
    one.send(10);
    framesOf(one.link, 10_000);
    const [first = 0, second = 0] = dataTimes(one.until(10_300), 60);
    const backedOff = 2 * (second - first);
    one.hear({ type: "ack", ack: 61 }, second + 1);
    one.send(10);
    framesOf(one.link, 11_000);
    const [third = 0] = dataTimes(one.until(11_500), 61);
    expect(third - 11_000).toBeCloseTo(backedOff, 6);
    one.hear({ type: "ack", ack: 62 }, third + 1);
    one.send(10);
    framesOf(one.link, 12_000);
    one.hear({ type: "ack", ack: 63 }, 12_020);
    one.send(10);
    framesOf(one.link, 13_000);
    const [fourth = 0] = dataTimes(one.until(13_100), 63);
    expect(fourth - 13_000).toBeCloseTo(70, 0);
  });

  test("begins when the frame is pulled, not when it was queued", () => {
    const one = byHand(8);
    one.send(10, 0);
    expect(one.until(4000)).toEqual([]);
    framesOf(one.link, 4000);
    expect(dataTimes(one.until(4300), 0)).toEqual([4250]);
  });
});

describe("giving up", () => {
  test("NAKs count as sendings: 1 + 8 in all, then the timer ends it", () => {
    const one = byHand(8);
    one.send(10);
    framesOf(one.link, 0);
    let sendings = 1;
    for (let nowMs = 50; nowMs < 5000; nowMs += 50) {
      one.hear({ type: "nak", ack: 0 }, nowMs);
      sendings += framesOf(one.link, nowMs).filter(({ type }) => type === "data").length;
      one.until(nowMs + 49);
    }
    expect(sendings).toBe(1 + RETRANSMISSION.tries);
    expect(one.events).toEqual([{ kind: "closed", epoch: one.epoch, reason: "lost" }]);
  });

  test("a frame that is taken begins the count anew, one that is only asked for does not", () => {
    const one = byHand(8);
    one.send(512 * 4);
    framesOf(one.link, 0);
    untilWithPings(one, 1, 11_000);
    expect(one.events).toEqual([]);
    one.hear({ type: "ack", ack: 1 }, 12_000);
    const said = untilWithPings(one, 12_001, 60_000, 1);
    expect(dataTimes(said, 1)).toHaveLength(RETRANSMISSION.tries);
    expect(one.events).toMatchObject([{ reason: "lost" }]);
  });
});

test("a NAK or an ACK that is lost costs a retransmission, no record", () => {
  const pair = createPair(SEED);
  bringUp(pair);
  for (let round = 0; round < 20; round += 1) {
    pair.setFaults({ ...CLEAN, loss: 0.3 });
    pair.host.send(0, Uint8Array.of(round, ...new Uint8Array(3000)));
    pair.run(60_000, () => pair.host.link.isIdle());
    pair.setFaults(CLEAN);
  }
  const first = recordsOf(pair.device, 0).map(([round]) => round ?? -1);
  expect(first).toEqual(Array.from({ length: 20 }, (_, round) => round));
  expect(kindsOf(pair.host)).toEqual([]);
});

describe("65535 and then 0", () => {
  /** A sender and receiver by hand whose next seq, both ways, is 65,530. */
  const nearTheEnd = () => {
    const one = byHand(8);
    for (let seq = 0; seq < 65_530; seq += 1) {
      one.send(1);
      one.link.pull(0);
      one.hear({ type: "data", seq, flags: WHOLE, ack: seq + 1 }, 0);
    }
    framesOf(one.link, 0);
    return one;
  };

  test("is crossed by window, NAK, ACK and retransmission in both directions", () => {
    const { link, hear, send, until } = nearTheEnd();
    for (let i = 0; i < 10; i += 1) send(1);
    const numbers = [65_530, 65_531, 65_532, 65_533, 65_534, 65_535, 0, 1];
    expect(framesOf(link, 1).map(({ seq }) => seq)).toEqual(numbers);
    hear({ type: "ack", ack: 65_529 }, 2);
    hear({ type: "ack", ack: 3 }, 2);
    expect(framesOf(link, 2)).toEqual([]);
    hear({ type: "nak", ack: 65_535 }, 60);
    expect(framesOf(link, 60).map(({ seq }) => seq)).toEqual([65_535, 0, 1, 2, 3]);
    hear({ type: "ack", ack: 1 }, 61);
    expect(
      until(2000)
        .slice(0, 3)
        .map(({ frame }) => frame.seq),
    ).toEqual([1, 2, 3]);
    hear({ type: "ack", ack: 4 }, 2001);
    expect(link.isIdle()).toBe(true);
    expect(hear({ type: "data", seq: 0, flags: WHOLE, ack: 4 }, 2100)).toEqual([]);
    expect(framesOf(link, 2100)).toMatchObject([{ type: "nak", ack: 65_530 }]);
    for (const seq of [65_530, 65_531, 65_532, 65_533, 65_534, 65_535, 0, 1]) {
      expect(hear({ type: "data", seq, flags: WHOLE, ack: 4 }, 2200)).toHaveLength(1);
      expect(hear({ type: "data", seq, flags: WHOLE, ack: 4 }, 2200)).toEqual([]);
    }
    expect(framesOf(link, 2200).at(-1)).toMatchObject({ type: "ack", ack: 2 });
  });
});
