/** The link's life: coming up, going down, coming up again, and what epochs keep apart. */
import { describe, expect, test } from "bun:test";
import { FLAGS, type Frame } from "../../protocol/frame/frame.ts";
import { createLink } from "../../protocol/link/link.ts";
import { LINK_TIMES } from "../../protocol/link/times.ts";
import { frameBytes, framesIn, helloBytes, WHOLE } from "./greeting-frames.ts";
import { bringUp, CLEAN, createPair, type End, kindsOf, linkOf, recordsOf } from "./line.ts";
import { createRandom, SEED } from "./random.ts";

const CUT_LINE = { ...CLEAN, loss: 1 };
const RECORD = Uint8Array.of(1, 2, 3);

const framesOf = (end: End): readonly Frame[] => framesIn(end.written.map(({ bytes }) => bytes));
const typesOf = (end: End): readonly string[] => framesOf(end).map(({ type }) => type);

describe("coming up and going down", () => {
  test("the host is live with the answer, the device when it is told", () => {
    const pair = createPair(SEED);
    pair.run(100, () => pair.host.link.liveEpoch() !== undefined);
    expect([kindsOf(pair.host), kindsOf(pair.device)]).toEqual([["opened"], ["opened"]]);
    expect(pair.device.link.liveEpoch()).toBeUndefined();
    expect(pair.host.events[0]).toMatchObject({ peer: { side: "device", phase: "ready" } });
    expect(pair.device.events[0]).toMatchObject({ peer: { side: "host" } });
    pair.host.send(2, RECORD, true);
    pair.run(100, () => pair.host.link.isIdle());
    expect(pair.device.events[1]).toMatchObject({ channel: 2, isHandshake: true, record: RECORD });
    expect(pair.device.link.promote(pair.host.epoch() ^ 1)).toEqual([]);
    expect(pair.device.link.promote(pair.host.epoch())).toEqual([]);
    expect(pair.device.link.liveEpoch()).toBe(pair.host.epoch());
  });

  test("nine sendings of a frame without an answer, then RESET and lost, then up again", () => {
    const pair = createPair(SEED);
    bringUp(pair);
    const before = pair.host.epoch();
    pair.host.send(0, RECORD); // a round trip is measured: unmeasured, silence would come first
    pair.run(1000, () => pair.host.link.isIdle());
    pair.setFaults(CUT_LINE);
    pair.host.written.splice(0);
    pair.host.send(0, RECORD);
    expect(pair.run(60_000, () => pair.host.link.liveEpoch() === undefined)).toBe(true);
    expect(typesOf(pair.host).filter((type) => type === "data")).toHaveLength(9);
    expect(typesOf(pair.host)).toContain("reset");
    expect(pair.host.events).toEqual([{ kind: "closed", epoch: before, reason: "lost" }]);
    pair.setFaults(CLEAN);
    bringUp(pair);
    expect(pair.host.epoch()).not.toBe(before);
    pair.host.send(0, RECORD);
    pair.device.send(0, RECORD);
    pair.run(1000);
    expect([recordsOf(pair.device, 0), recordsOf(pair.host, 0)]).toEqual([[RECORD], [RECORD]]);
  });

  test("the greeting gets through a line that loses half of everything", () => {
    for (let run = 0; run < 20; run += 1) {
      const pair = createPair(SEED + run, { ...CLEAN, loss: 0.5 });
      const isUp = pair.run(120_000, () => pair.host.link.liveEpoch() !== undefined);
      expect({ seed: SEED + run, isUp }).toEqual({ seed: SEED + run, isUp: true });
    }
  });

  test("a line that is slow both ways still agrees on one epoch", () => {
    const pair = createPair(SEED, { ...CLEAN, delayMs: [700, 900] });
    bringUp(pair);
    pair.host.send(0, RECORD);
    pair.run(20_000, () => pair.host.link.isIdle());
    expect(recordsOf(pair.device, 0)).toEqual([RECORD]);
  });

  test("a host that is not answered says HELLO every 500 ms, for ever", () => {
    const pair = createPair(SEED, CUT_LINE);
    pair.run(600_000);
    const hellos = framesOf(pair.host);
    expect(hellos.length).toBe(600_000 / LINK_TIMES.hello + 1);
    expect(new Set(hellos.map(({ type }) => type))).toEqual(new Set(["hello"]));
  });

  test("RESET of the live epoch ends the link, of another epoch nothing", () => {
    const pair = createPair(SEED);
    bringUp(pair);
    const epoch = pair.host.epoch();
    pair.device.inject(frameBytes({ type: "reset", epoch: epoch ^ 1 }));
    pair.run(10);
    expect(kindsOf(pair.device)).toEqual([]);
    pair.device.inject(frameBytes({ type: "reset", epoch }));
    pair.run(10);
    expect(pair.device.events).toEqual([{ kind: "closed", epoch, reason: "reset" }]);
  });

  test("a host that closes says RESET and asks no more; the device is free at once", () => {
    const pair = createPair(SEED);
    bringUp(pair);
    const epoch = pair.host.epoch();
    pair.host.link.close(pair.nowMs());
    pair.host.flush();
    pair.run(60_000);
    expect(pair.device.events).toEqual([{ kind: "closed", epoch, reason: "reset" }]);
    expect([pair.host.link.liveEpoch(), pair.host.link.deadlineMs()]).toEqual([
      undefined,
      undefined,
    ]);
  });

  test("a cable that goes ends all without a word", () => {
    const pair = createPair(SEED);
    bringUp(pair);
    const epoch = pair.host.epoch();
    pair.device.inject(helloBytes(createRandom(SEED).bytes(16)));
    pair.run(5);
    const candidate = pair.device.epoch();
    pair.device.written.splice(0);
    const ended = pair.device.link.forget();
    expect(ended).toEqual([
      { kind: "closed", epoch, reason: "cable" },
      { kind: "closed", epoch: candidate, reason: "cable" },
    ]);
    pair.device.flush();
    expect([pair.device.written, pair.device.link.deadlineMs()]).toEqual([[], undefined]);
  });
});

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
    expect(framesOf(pair.device)).toMatchObject([{ type: "pong", epoch, payload }]);
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
});

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
    expect(hear(data(1), 1500)).toEqual([]);
    expect(pair.device.link.liveEpoch()).toBe(live);
    expect(hear(data(1, WHOLE | FLAGS.retransmit), LINK_TIMES.strongSilence + 10)).toEqual([
      "record",
    ]);
  });

  test("unless it begins an IK session itself", () => {
    const { pair, candidate, data } = greetedBeside(true);
    pair.device.link.strengthen(candidate);
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

describe("a device as it hears the line", () => {
  const greeted = (changes: Parameters<typeof helloBytes>[1] = {}) => {
    const device = linkOf("device", createRandom(SEED), { frameLimit: 4096, window: 32 });
    device.receive(helloBytes(createRandom(1).bytes(16), changes), 0);
    const epoch = framesIn([device.pull(0) ?? RECORD])[0]?.epoch ?? 0;
    const data = (seq: number) =>
      frameBytes({ type: "data", epoch, seq, flags: WHOLE, payload: RECORD });
    device.receive(data(0), 1);
    device.promote(epoch);
    return { device, epoch, data };
  };

  test("drops half a frame after 200 ms of silence, and not before", () => {
    for (const [pauseMs, count] of [
      [LINK_TIMES.partialFrame, 1],
      [LINK_TIMES.partialFrame + 1, 0],
    ] as const) {
      const { device, data } = greeted();
      device.receive(data(1).subarray(0, 9), 100);
      const events = device.receive(data(1).subarray(9), 100 + pauseMs);
      expect(events.length).toBe(count);
      expect(device.receive(data(2 - (1 - count)), 1000).length).toBe(1);
    }
  });

  test.each([
    [0, 64],
    [63, 64],
    [100, 100],
    [512, 512],
    [4096, 2000],
  ])("cuts records for a peer that takes frames of %d into pieces of %d", (frameLimit, length) => {
    const { device, epoch } = greeted({ frameLimit });
    const bytes = new Uint8Array(2000);
    expect(device.send({ epoch, channel: 0, isHandshake: false, bytes }, 10)).toBe(true);
    const frames = framesIn([device.pull(10) ?? RECORD]);
    expect(frames.map(({ payload }) => payload.length)).toEqual([length]);
  });

  test("a hash that begins with zeros makes the epoch 1: 0 is nobody's", () => {
    const zeros = (): Uint8Array => new Uint8Array(32);
    const device = createLink({
      side: "device",
      sha256: zeros,
      nonce: () => new Uint8Array(16),
      frameLimit: 512,
      window: 8,
    });
    device.receive(helloBytes(new Uint8Array(16)), 0);
    expect(framesIn([device.pull(0) ?? RECORD])[0]?.epoch).toBe(1);
  });
});
