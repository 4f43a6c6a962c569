/** The link's life: coming up, going down, coming up again, and what epochs keep apart. */
import { describe, expect, test } from "bun:test";
import type { Frame } from "../../../protocol/frame/frame.ts";
import { createLink } from "../../../protocol/link/link.ts";
import { LINK_TIMES } from "../../../protocol/link/times.ts";
import { frameBytes, framesIn, helloBytes, WHOLE } from "./greeting-frames.ts";
import { bringUp, CLEAN, createPair, type End, kindsOf, linkOf, recordsOf } from "./line.ts";
import { createRandom, SEED } from "../random.ts";

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

  test("a device that closes says RESET, and answers whoever asks next", () => {
    const pair = createPair(SEED);
    bringUp(pair);
    const epoch = pair.host.epoch();
    pair.device.link.close(pair.nowMs());
    pair.device.flush();
    expect([pair.device.link.liveEpoch(), pair.device.link.room(epoch)]).toEqual([undefined, 0]);
    pair.run(10); // the host asks at once
    expect(pair.host.events[0]).toEqual({ kind: "closed", epoch, reason: "reset" });
    expect(kindsOf(pair.host)).toEqual(["closed", "opened"]);
    expect(pair.host.epoch()).not.toBe(epoch);
  });

  test("a host whose cable came asks anew with another nonce, even after it closed", () => {
    const pair = createPair(SEED);
    bringUp(pair);
    const epoch = pair.host.epoch();
    expect(pair.host.link.forget()).toEqual([{ kind: "closed", epoch, reason: "cable" }]);
    bringUp(pair);
    pair.host.link.close(pair.nowMs());
    expect(pair.host.link.forget()).toEqual([]);
    bringUp(pair);
    const hellos = framesOf(pair.host).filter(({ type }) => type === "hello");
    expect(new Set(hellos.map(({ payload }) => payload.toHex())).size).toBe(3);
    expect(typesOf(pair.host)).not.toContain("reset");
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
