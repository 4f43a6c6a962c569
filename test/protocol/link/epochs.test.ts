/** What epochs keep apart: the live link, its candidate, and everything else (SPEC, section 2). */
import { describe, expect, test } from "bun:test";
import { FLAGS } from "../../../protocol/frame/frame.ts";
import { LINK_TIMES } from "../../../protocol/link/times.ts";
import { createRandom, SEED } from "../random.ts";
import { frameBytes, helloBytes, WHOLE } from "./greeting-frames.ts";
import { bringUp, CLEAN, createPair, kindsOf, recordsOf } from "./line.ts";

const CUT_LINE = { ...CLEAN, loss: 1 };
const RECORD = Uint8Array.of(1, 2, 3);

describe("epochs", () => {
  test("stray HELLOs, with new and old nonces, do not end a live link", () => {
    const pair = createPair(SEED);
    bringUp(pair);
    const live = pair.host.epoch();
    const random = createRandom(SEED);
    for (let i = 0; i < 30; i += 1) {
      pair.device.inject(helloBytes(random.bytes(16)));
      pair.run(700);
      pair.host.send(0, Uint8Array.of(i));
      expect(pair.device.link.liveEpoch()).toBe(live);
      const record = { epoch: live, channel: 0, isHandshake: false, bytes: Uint8Array.of(i) };
      pair.device.link.send(record, pair.nowMs());
      pair.device.flush();
      pair.run(300, () => pair.host.link.isIdle() && pair.device.link.isIdle());
    }
    expect(kindsOf(pair.host)).toEqual(Array<string>(30).fill("record"));
    expect(recordsOf(pair.device, 0)).toHaveLength(30);
    const opened = kindsOf(pair.device).filter((kind) => kind === "opened");
    expect(opened.length).toBeGreaterThan(25); // two in any second are answered
  });

  test("frames of an earlier epoch are dropped", () => {
    const pair = createPair(SEED);
    bringUp(pair);
    const old = pair.host.epoch();
    pair.device.inject(frameBytes({ type: "reset", epoch: old }));
    pair.host.inject(frameBytes({ type: "reset", epoch: old, flags: FLAGS.device }));
    pair.run(10);
    bringUp(pair);
    for (let seq = 0; seq < 4; seq += 1) {
      const data = { type: "data", epoch: old, seq, ack: seq, flags: WHOLE } as const;
      pair.device.inject(frameBytes({ ...data, payload: RECORD }));
      for (const type of ["ack", "nak", "reset"] as const) {
        pair.device.inject(frameBytes({ type, epoch: old, ack: seq }));
      }
    }
    pair.device.written.splice(0);
    pair.run(1000);
    expect([kindsOf(pair.device), pair.device.written]).toEqual([[], []]);
    expect(pair.device.link.stats().foreign).toBe(16);
  });

  test("an answer for an earlier link is not queued for its successor", () => {
    const pair = createPair(SEED);
    bringUp(pair);
    const epoch = pair.host.epoch();
    const record = { channel: 0, isHandshake: false, bytes: RECORD };
    expect(pair.device.link.send({ ...record, epoch: epoch ^ 1 }, pair.nowMs())).toBe(false);
    expect(pair.device.link.send({ ...record, epoch }, pair.nowMs())).toBe(true);
    expect(pair.device.link.room(epoch ^ 1)).toBe(0);
  });

  const greetedBeside = (isStrong: boolean) => {
    const pair = createPair(SEED);
    bringUp(pair);
    const live = pair.host.epoch();
    if (isStrong) pair.device.link.strengthen(live);
    pair.device.inject(helloBytes(createRandom(SEED).bytes(16)));
    pair.run(5);
    const candidate = pair.device.epoch();
    expect(candidate).not.toBe(live);
    pair.device.events.splice(0);
    const data = (seq: number, flags: number = WHOLE) =>
      frameBytes({ type: "data", epoch: candidate, seq, flags, payload: RECORD });
    return { pair, live, candidate, data };
  };

  test("a candidate takes the live place when it is told to, and the live one is replaced", () => {
    const { pair, live, candidate, data } = greetedBeside(false);
    pair.device.inject(data(0));
    pair.run(5);
    expect(kindsOf(pair.device)).toEqual(["record"]);
    expect(pair.device.link.liveEpoch()).toBe(live);
    expect(pair.device.link.promote(candidate)).toEqual([
      { kind: "closed", epoch: live, reason: "replaced" },
    ]);
    expect(pair.device.link.liveEpoch()).toBe(candidate);
  });

  test("beside an IK session it is heard after 2 s of silence only, but for its handshakes", () => {
    const { pair, live, data } = greetedBeside(true);
    pair.setFaults(CUT_LINE); // the host keeps silent from now on
    const heardMs = pair.nowMs();
    const hear = (bytes: Uint8Array, afterMs: number): readonly string[] =>
      pair.device.link.receive(bytes, heardMs + afterMs).map(({ kind }) => kind);
    expect(hear(data(0, WHOLE | FLAGS.handshake), 1)).toEqual(["record"]);
    expect(hear(data(1), 900)).toEqual([]); // the host is asked from here on
    expect(pair.device.link.liveEpoch()).toBe(live);
    expect(hear(data(1, WHOLE | FLAGS.retransmit), LINK_TIMES.strongSilence + 10)).toEqual([
      "record",
    ]);
  });

  test("unless it begins an IK session itself", () => {
    const { pair, candidate, data } = greetedBeside(true);
    pair.device.link.claim(candidate);
    pair.device.inject(data(0));
    pair.run(5);
    expect(kindsOf(pair.device)).toEqual(["record"]);
  });

  test("a newer HELLO forgets it, and so do 30 s without a frame of it", () => {
    const { pair, candidate } = greetedBeside(false);
    pair.run(LINK_TIMES.answerSpan);
    pair.device.inject(helloBytes(createRandom(SEED + 1).bytes(16)));
    pair.run(5);
    expect(pair.device.events).toMatchObject([
      { kind: "closed", epoch: candidate, reason: "replaced" },
      { kind: "opened" },
    ]);
    const newer = pair.device.epoch();
    pair.run(LINK_TIMES.candidate + 100);
    expect(pair.device.events.at(-1)).toEqual({ kind: "closed", epoch: newer, reason: "silent" });
    expect(pair.device.link.liveEpoch()).toBe(pair.host.epoch());
  });
});
