/** The window and what goes with it: ACK, NAK, credit, retransmission (SPEC, section 2). */
import { describe, expect, test } from "bun:test";
import type { Frame } from "../../protocol/frame/frame.ts";
import { LIMITS } from "../../protocol/limits.ts";
import type { Link } from "../../protocol/link/link.ts";
import { LINK_TIMES } from "../../protocol/link/times.ts";
import { frameBytes, framesIn, helloBytes, WHOLE } from "./greeting-frames.ts";
import { bringUp, CLEAN, createPair, type End, kindsOf, linkOf, recordsOf } from "./line.ts";
import { createRandom, SEED } from "./random.ts";

const framesOf = (end: End): readonly Frame[] => framesIn(end.written.map(({ bytes }) => bytes));
const countOf = (end: End, type: Frame["type"]): number =>
  framesOf(end).filter((frame) => frame.type === type).length;

const pulled = (link: Link, nowMs: number): readonly Frame[] => {
  const all: Uint8Array[] = [];
  for (let bytes = link.pull(nowMs); bytes; bytes = link.pull(nowMs)) all.push(bytes);
  return framesIn(all);
};

/** A device on a live link with a host that a test plays by hand. */
const byHand = (window = 8) => {
  const device = linkOf("device", createRandom(SEED), { window });
  device.receive(helloBytes(createRandom(1).bytes(16), { window }), 0);
  const epoch = pulled(device, 0)[0]?.epoch ?? 0;
  device.promote(epoch);
  const hear = (parts: Partial<Frame> & Pick<Frame, "type">, nowMs: number) =>
    device.receive(frameBytes({ window, ...parts, epoch }), nowMs);
  const send = (length: number, nowMs = 0): boolean =>
    device.send({ epoch, channel: 0, isHandshake: false, bytes: new Uint8Array(length) }, nowMs);
  return { device, epoch, hear, send };
};

describe("a sender", () => {
  test.each([1, 2, 8, 32])("has at most a window of %d outstanding", (window) => {
    const { device, hear, send } = byHand(window);
    for (let i = 0; i < 12; i += 1) send(4096);
    expect(pulled(device, 1)).toHaveLength(window);
    hear({ type: "ack", ack: 1 }, 2);
    expect(pulled(device, 2).map(({ seq }) => seq)).toEqual([window]);
    hear({ type: "ack", ack: 1 + window }, 3);
    expect(pulled(device, 3)).toHaveLength(window);
  });

  test("follows a window that shrinks and grows", () => {
    const { device, hear, send } = byHand(8);
    for (let i = 0; i < 12; i += 1) send(4096);
    expect(pulled(device, 1)).toHaveLength(8);
    hear({ type: "ack", ack: 8, window: 2 }, 2);
    expect(pulled(device, 2)).toHaveLength(2);
    hear({ type: "ack", ack: 10, window: 5 }, 3);
    expect(pulled(device, 3)).toHaveLength(5);
  });

  test("takes no acknowledgement of what is not outstanding", () => {
    const { device, hear, send } = byHand(8);
    send(512 * 8);
    expect(pulled(device, 1)).toHaveLength(8);
    for (const ack of [9, 100, 1000, 65_535]) hear({ type: "ack", ack }, 2);
    expect([pulled(device, 2), device.isIdle()]).toEqual([[], false]);
    hear({ type: "ack", ack: 8 }, 3);
    expect(device.isIdle()).toBe(true);
  });

  test("goes back to what a NAK names, once, with RETRANSMIT", () => {
    const { device, hear, send } = byHand(8);
    send(512 * 8);
    pulled(device, 1);
    hear({ type: "nak", ack: 3 }, 60);
    const again = pulled(device, 60);
    expect(again.map(({ seq }) => seq)).toEqual([3, 4, 5, 6, 7]);
    expect(again.every(({ flags }) => (flags & 0x08) !== 0)).toBe(true);
    for (let i = 0; i < 500; i += 1) hear({ type: "nak", ack: 3 }, 60);
    expect(pulled(device, 60)).toEqual([]);
    expect(device.stats().retransmitted).toBe(5);
  });

  test("has a NAK stop what was not pulled yet", () => {
    const { device, hear, send } = byHand(8);
    send(512 * 8);
    expect(framesIn([device.pull(1) ?? new Uint8Array(0)])[0]?.seq).toBe(0);
    device.pull(1);
    hear({ type: "nak", ack: 0 }, 60);
    expect(pulled(device, 60).map(({ seq }) => seq)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  test("sends all again when its time is over, doubling it, and gives up after eight", () => {
    const { device, epoch, send } = byHand(8);
    send(512 * 2);
    expect(pulled(device, 0)).toHaveLength(2);
    const times: number[] = [];
    let nowMs = 0;
    for (let round = 0; round < 20; round += 1) {
      nowMs = device.deadlineMs() ?? nowMs;
      const events = device.tick(nowMs);
      const frames = pulled(device, nowMs);
      if (events.length > 0) {
        expect(events[0]).toMatchObject({ kind: "closed", epoch });
        expect(frames.map(({ type }) => type)).toContain("reset");
        break;
      }
      if (frames.some(({ type }) => type === "data")) times.push(nowMs);
    }
    expect(times.slice(0, 4)).toEqual([250, 750, 1750, 3750]);
  });
});

describe("a window of 0", () => {
  test("lets nothing out; a PING each 500 ms asks; it opens and all goes", () => {
    const { device, hear, send } = byHand(8);
    hear({ type: "ack", ack: 0, window: 0 }, 0);
    send(512 * 3);
    const said: number[] = [];
    for (let nowMs = 0; nowMs < 3000; nowMs += 10) {
      device.tick(nowMs);
      for (const { type } of pulled(device, nowMs)) {
        expect(type).toBe("ping");
        said.push(nowMs);
        hear({ type: "pong", payload: new Uint8Array(8), window: 0 }, nowMs);
      }
    }
    expect(said.length).toBeGreaterThanOrEqual(5);
    expect(said.length).toBeLessThanOrEqual(6);
    hear({ type: "ack", ack: 0, window: 8 }, 3000);
    expect(pulled(device, 3000).map(({ type }) => type)).toEqual(["data", "data", "data"]);
  });

  test("for ever: lost after 60 s, however lively the other side is", () => {
    const { device, hear, send } = byHand(8);
    hear({ type: "ack", ack: 0, window: 0 }, 0);
    send(512);
    let endedMs = 0;
    for (let nowMs = 0; nowMs < 120_000 && endedMs === 0; nowMs += 100) {
      if (device.tick(nowMs).some(({ kind }) => kind === "closed")) endedMs = nowMs;
      hear({ type: "ping", payload: new Uint8Array(8), window: 0 }, nowMs);
      expect(pulled(device, nowMs).length).toBeLessThanOrEqual(2);
    }
    expect(Math.abs(endedMs - LINK_TIMES.shutMost)).toBeLessThanOrEqual(600);
  });

  test("is what a device offers while its own queue is full, and takes back by itself", () => {
    const { device, hear, send } = byHand(8);
    for (let i = 0; i < LIMITS.queuedRecords; i += 1) expect(send(10)).toBe(true);
    const full = pulled(device, 1);
    expect(full.every(({ window }) => window === 0)).toBe(true);
    expect(hear({ type: "data", seq: 0, flags: WHOLE }, 2)).toEqual([]);
    hear({ type: "ack", ack: 4 }, 3);
    expect(pulled(device, 3).some(({ window }) => window === 8)).toBe(true);
    expect(hear({ type: "data", seq: 0, flags: WHOLE }, 4)).toHaveLength(1);
  });
});

describe("a receiver", () => {
  test.each([
    ["one frame", 1, 8, 1],
    ["two frames", 2, 8, 1],
    ["eight frames", 8, 8, 4],
    ["eight frames, window 32", 8, 32, 2],
  ])("acknowledges a record of %s", (_, frames, window, acks) => {
    const pair = createPair(SEED, CLEAN, { window });
    bringUp(pair);
    pair.device.written.splice(0);
    pair.host.send(0, new Uint8Array(512 * frames));
    pair.run(100, () => pair.host.link.isIdle());
    expect(pair.host.link.isIdle()).toBe(true);
    expect(countOf(pair.device, "ack")).toBe(acks);
  });

  test("lets an answer carry the acknowledgement of a whole record", () => {
    const { device, hear, send } = byHand(8);
    hear({ type: "data", seq: 0, flags: WHOLE }, 10);
    expect(device.deadlineMs()).toBe(10 + LINK_TIMES.promptAck);
    send(100);
    const [answer, ...others] = pulled(device, 10);
    expect([answer?.type, answer?.ack, others.length]).toEqual(["data", 1, 0]);
    device.tick(11);
    expect(pulled(device, 11)).toEqual([]);
  });

  test("says NAK once for what is missing, and again after 50 ms", () => {
    const { device, hear } = byHand(8);
    const types = (nowMs: number): readonly string[] =>
      pulled(device, nowMs).map(({ type }) => type);
    hear({ type: "data", seq: 0, flags: WHOLE }, 10);
    device.tick(11);
    expect(types(11)).toEqual(["ack"]);
    hear({ type: "data", seq: 2, flags: WHOLE }, 20);
    const [nak] = pulled(device, 20);
    expect([nak?.type, nak?.ack]).toEqual(["nak", 1]);
    for (let seq = 3; seq < 8; seq += 1) hear({ type: "data", seq, flags: WHOLE }, 21);
    expect(types(21)).toEqual(["ack"]);
    hear({ type: "data", seq: 2, flags: WHOLE }, 20 + LINK_TIMES.nakAgain);
    expect(types(20 + LINK_TIMES.nakAgain)).toEqual(["nak"]);
    expect(device.stats().naks).toBe(2);
  });

  test("says NAK for a frame that fails its CRC, and nothing while no link is up", () => {
    const { device, epoch, hear } = byHand(8);
    const bent = frameBytes({ type: "data", epoch, flags: WHOLE, payload: Uint8Array.of(7, 7) });
    bent[5] = (bent[5] ?? 0) ^ 0x10;
    device.receive(bent, 10);
    expect(pulled(device, 10).map(({ type }) => type)).toEqual(["nak"]);
    expect(hear({ type: "data", seq: 0, flags: WHOLE }, 11)).toHaveLength(1);
    const deaf = linkOf("device", createRandom(SEED));
    deaf.receive(bent, 10);
    expect(pulled(deaf, 10)).toEqual([]);
  });

  test("takes a repeated frame once, and acknowledges it again at once", () => {
    const { device, hear } = byHand(8);
    expect(hear({ type: "data", seq: 0, flags: WHOLE }, 10)).toHaveLength(1);
    for (let i = 0; i < 5; i += 1) {
      expect(hear({ type: "data", seq: 0, flags: WHOLE | 0x08 }, 20 + i)).toEqual([]);
      expect(pulled(device, 20 + i).map(({ type, ack }) => [type, ack])).toEqual([["ack", 1]]);
    }
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
