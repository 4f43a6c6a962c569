/** What a hostile peer or a bad line costs: bounded output, and everything dropped is counted. */
import { describe, expect, test } from "bun:test";
import { FLAGS, type FrameType } from "../../../protocol/frame/frame.ts";
import { LIMITS } from "../../../protocol/limits.ts";
import type { Link, LinkStats } from "../../../protocol/link/link.ts";
import { createRandom, SEED } from "../random.ts";
import { byHand, framesOf, pulled } from "./by-hand.ts";
import { frameBytes, helloBytes, WHOLE } from "./greeting-frames.ts";
import { linkOf } from "./line.ts";

const PING = new Uint8Array(8);

describe("before a HELLO", () => {
  test("a megabyte of random bytes brings nothing, and no timer", () => {
    const random = createRandom(SEED);
    const device = linkOf("device", random);
    let nowMs = 0;
    let said = 0;
    for (let length = 0; length < 1 << 20; ) {
      const bytes = random.bytes(1 + random.below(4096));
      length += bytes.length;
      nowMs += random.below(300);
      said += device.receive(bytes, nowMs).length + pulled(device, nowMs).length;
      said += device.deadlineMs() === undefined ? 0 : 1;
    }
    expect({ seed: SEED, said }).toEqual({ seed: SEED, said: 0 });
    device.receive(Uint8Array.of(0), nowMs);
    expect(device.receive(helloBytes(new Uint8Array(16)), nowMs)).toMatchObject([
      { kind: "opened" },
    ]);
    expect(device.stats().dropped).toBeGreaterThan(1000);
  });
});

describe("a flood", () => {
  test("of PINGs leaves one PONG to be said, the newest", () => {
    const { link, hear } = byHand(8);
    for (let i = 0; i < 10_000; i += 1) {
      hear({ type: "ping", payload: PING.with(6, i >> 8).with(7, i & 0xff) }, 100);
    }
    const said = framesOf(link, 100);
    expect(said.map(({ type }) => type)).toEqual(["pong"]);
    expect(said[0]?.payload.toHex()).toBe("000000000000270f");
  });

  test("of HELLOs leaves one answer to be said, one candidate, and the live link as it was", () => {
    const { link, epoch, hear } = byHand(8);
    const random = createRandom(SEED);
    const events = Array.from({ length: 5000 }, () =>
      link.receive(helloBytes(random.bytes(16)), 1500),
    ).flat();
    expect(events.map(({ kind }) => kind)).toEqual(["opened", "closed", "opened"]);
    expect(pulled(link, 1500)).toHaveLength(1);
    expect(link.liveEpoch()).toBe(epoch);
    expect(hear({ type: "data", flags: WHOLE }, 1501)).toMatchObject([{ kind: "record", epoch }]);
  });

  test("of NAKs costs eight rounds of what is outstanding, whoever sends how many", () => {
    const { link, hear, send } = byHand(8);
    for (let i = 0; i < 12; i += 1) send(4096);
    let frames = framesOf(link, 0).length;
    for (let i = 0; i < 5000; i += 1) {
      const nowMs = i / 100;
      hear({ type: "nak", ack: 0 }, nowMs);
      frames += framesOf(link, nowMs).length;
    }
    expect(frames).toBe(8 * (1 + 8));
  });

  test("of NAKs within a round trip costs one", () => {
    const { link, hear, send } = byHand(8);
    send(10);
    framesOf(link, 0);
    hear({ type: "ack", ack: 1 }, 20);
    for (let i = 0; i < 12; i += 1) send(4096, 20);
    let frames = framesOf(link, 20).length;
    for (let nowMs = 30; nowMs < 47; nowMs += 0.1) {
      hear({ type: "nak", ack: 1 }, nowMs);
      frames += framesOf(link, nowMs).length;
    }
    expect(frames).toBe(8 + 8);
  });

  test("of DATA out of order, unread, leaves one NAK or ACK to be said", () => {
    const { link, hear } = byHand(8);
    for (let i = 0; i < 5000; i += 1) hear({ type: "data", seq: 5 + (i % 3), flags: WHOLE }, 10);
    expect(framesOf(link, 10).map(({ type }) => type)).toEqual(["nak"]);
  });

  test("of bad frames costs a NAK each 50 ms", () => {
    const { link } = byHand(8);
    let said = 0;
    for (let nowMs = 0; nowMs < 1000; nowMs += 1) {
      link.receive(Uint8Array.of(0, 9, 9, 9, 0, 8, 8, 8, 0), nowMs);
      said += pulled(link, nowMs).length;
    }
    expect([said, link.stats().naks, link.stats().dropped]).toEqual([20, 20, 2000]);
  });

  test("of records waits in a queue of 16, and no more is taken", () => {
    const { link, send } = byHand(8);
    const taken = Array.from({ length: 500 }, () => send(LIMITS.record)).filter((is) => is);
    expect(taken).toHaveLength(LIMITS.queuedRecords);
    expect(framesOf(link, 0)).toHaveLength(8);
  });

  test("of unfinished records holds one record, and what comes whole is taken", () => {
    const { hear, link } = byHand(32);
    const payload = new Uint8Array(512);
    for (let seq = 0; seq < 2000; seq += 1) {
      expect(hear({ type: "data", seq, flags: FLAGS.first, payload }, 1)).toEqual([]);
      framesOf(link, 1);
    }
    for (let seq = 2000; seq < 4000; seq += 1) {
      expect(hear({ type: "data", seq, payload }, 1)).toEqual([]);
      framesOf(link, 1);
    }
    expect(hear({ type: "data", seq: 4000, flags: FLAGS.last, payload }, 1)).toEqual([]);
    expect(hear({ type: "data", seq: 4001, flags: WHOLE, payload }, 1)).toHaveLength(1);
  });
});

/** Raw bytes of a frame that the encoder itself would not refuse. */
const DROPPED: readonly (readonly [string, (epoch: number) => Uint8Array, keyof LinkStats])[] = [
  ["an unknown channel", (epoch) => frameBytes({ type: "data", epoch, channel: 8 }), "dropped"],
  ["a window of 33", (epoch) => frameBytes({ type: "ack", epoch, window: 33 }), "dropped"],
  [
    "a PING of 7 bytes",
    (epoch) => frameBytes({ type: "ping", epoch, payload: PING.slice(1) }),
    "dropped",
  ],
  [
    "an ACK with a payload",
    (epoch) => frameBytes({ type: "ack", epoch, payload: PING }),
    "dropped",
  ],
  ["a NAK with a seq", (epoch) => frameBytes({ type: "nak", epoch, seq: 1 }), "dropped"],
  ["an ACK of a channel", (epoch) => frameBytes({ type: "ack", epoch, channel: 1 }), "dropped"],
  ["a HELLO of an epoch", (epoch) => frameBytes({ type: "hello", epoch }), "dropped"],
  ["a spoiled frame", (epoch) => frameBytes({ type: "ack", epoch }).with(9, 77), "crcErrors"],
  [
    "another epoch",
    (epoch) => frameBytes({ type: "ping", epoch: epoch ^ 1, payload: PING }),
    "foreign",
  ],
  ["epoch 0", () => frameBytes({ type: "data", flags: WHOLE }), "foreign"],
  ["an echo", (epoch) => frameBytes({ type: "reset", epoch, flags: FLAGS.device }), "echoes"],
  [
    "an echoed HELLO_ACK",
    (epoch) => frameBytes({ type: "helloAck", epoch, flags: FLAGS.device }),
    "echoes",
  ],
];

describe("dropped and counted", () => {
  const countsOf = (link: Link): Readonly<Record<string, number>> => ({ ...link.stats() });

  test.each(DROPPED)("%s", (_, bytesOf, counter) => {
    const { link, epoch, hear } = byHand(8);
    const before = countsOf(link);
    expect(link.receive(bytesOf(epoch), 10)).toEqual([]);
    expect(countsOf(link)[counter]).toBe((before[counter] ?? 0) + 1);
    expect(framesOf(link, 10).map(({ type }) => type)).toEqual(
      counter === "crcErrors" ? ["nak"] : [],
    );
    expect(link.liveEpoch()).toBe(epoch);
    expect(hear({ type: "data", flags: WHOLE }, 11)).toHaveLength(1);
  });

  test("all that a live end says and hears again", () => {
    for (const side of ["host", "device"] as const) {
      const { link, hear, send } = byHand(8, side);
      const before = link.stats().echoes;
      send(2000);
      hear({ type: "ping", payload: PING }, 10);
      hear({ type: "data", seq: 3, flags: WHOLE }, 10);
      const own = pulled(link, 10);
      expect(own.flatMap((bytes) => link.receive(bytes, 11))).toEqual([]);
      expect([own.length, link.stats().echoes - before]).toEqual([6, 6]);
      expect(pulled(link, 11)).toEqual([]);
    }
  });

  test("flags that are not described are ignored", () => {
    const { link, epoch } = byHand(8);
    const flags = WHOLE | 0x70;
    const data = frameBytes({ type: "data", epoch, flags, window: 8 });
    expect(link.receive(data, 10)).toMatchObject([{ kind: "record", isHandshake: false }]);
  });

  test("types that only the other side says are nothing to a host either", () => {
    const { link, hear } = byHand(8, "host");
    const types: readonly FrameType[] = ["hello", "helloAck"];
    for (const type of types) {
      const epoch = type === "hello" ? 0 : 5;
      expect(link.receive(frameBytes({ type, epoch, flags: FLAGS.device }), 10)).toEqual([]);
    }
    expect(framesOf(link, 10)).toEqual([]);
    expect(hear({ type: "data", flags: WHOLE }, 11)).toHaveLength(1);
  });
});
