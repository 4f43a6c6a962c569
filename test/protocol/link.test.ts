/** The link's life: going up, going down, coming up again, and what epochs keep apart. */
import { describe, expect, test } from "bun:test";
import { FLAGS, type Frame } from "../../protocol/frame/frame.ts";
import { createLink, LINK_TIMES } from "../../protocol/link/link.ts";
import { frameBytes, framesIn, helloBytes, WHOLE } from "./greeting-frames.ts";
import { bringUp, CLEAN, createPair, type End, kindsOf, linkOf, recordsOf } from "./line.ts";
import { createRandom, SEED } from "./random.ts";

const CUT_LINE = { ...CLEAN, loss: 1 };
const RECORD = Uint8Array.of(1, 2, 3);

const framesOf = (end: End): readonly Frame[] => framesIn(end.written.map(({ bytes }) => bytes));
const epochOf = (end: End): number =>
  framesOf(end).findLast(({ type }) => type === "data" || type === "ack")?.epoch ?? 0;

describe("going up and down", () => {
  test("the host comes up with the answer, the device with the host's first record", () => {
    const pair = createPair(SEED);
    pair.run(100, () => pair.host.link.isUp());
    expect(kindsOf(pair.host)).toEqual(["up"]);
    expect(pair.device.link.isUp()).toBe(false);
    expect(pair.device.send(0, RECORD)).toBe(false);
    pair.host.send(2, RECORD);
    pair.run(100, () => pair.host.link.isIdle());
    expect(kindsOf(pair.device)).toEqual(["up", "record"]);
    const [up, record] = pair.device.events;
    expect(record).toMatchObject({ kind: "record", channel: 2, record: RECORD });
    expect(up).toMatchObject({ kind: "up", peer: { side: "host" } });
    expect(pair.host.events[0]).toMatchObject({ peer: { side: "device", phase: "ready" } });
  });

  test("a live and idle link wants no timer, on either side", () => {
    const pair = createPair(SEED);
    bringUp(pair);
    expect([pair.host.link.deadlineMs(), pair.device.link.deadlineMs()]).toEqual([
      undefined,
      undefined,
    ]);
  });

  test("nine sendings of a frame without an answer, then down, then up in another epoch", () => {
    const pair = createPair(SEED);
    bringUp(pair);
    const before = epochOf(pair.host);
    pair.setFaults(CUT_LINE);
    pair.host.written.splice(0);
    pair.host.send(0, RECORD);
    expect(pair.run(60_000, () => !pair.host.link.isUp())).toBe(true);
    expect(framesOf(pair.host).filter(({ type }) => type === "data").length).toBe(9);
    expect(pair.host.events).toEqual([{ kind: "down", reason: "link_down" }]);
    expect(pair.host.link.deadlineMs()).toBeLessThanOrEqual(pair.nowMs());
    pair.setFaults(CLEAN);
    bringUp(pair);
    expect(epochOf(pair.host)).not.toBe(before);
    pair.host.send(0, RECORD);
    pair.device.send(0, RECORD);
    pair.run(1000);
    expect([recordsOf(pair.device, 0), recordsOf(pair.host, 0)]).toEqual([[RECORD], [RECORD]]);
  });

  test("the greeting gets through a line that loses half of everything", () => {
    for (let run = 0; run < 20; run += 1) {
      const pair = createPair(SEED + run, { ...CLEAN, loss: 0.5 });
      const isUp = pair.run(120_000, () => pair.host.link.isUp());
      expect({ seed: SEED + run, isUp }).toEqual({ seed: SEED + run, isUp: true });
    }
  });

  test("a line that is slow both ways still agrees on one epoch", () => {
    const pair = createPair(SEED, { ...CLEAN, delayMs: [700, 900] });
    bringUp(pair);
    expect(pair.device.link.isUp()).toBe(true);
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

  test("RESET of the live epoch takes the link down, of another epoch nothing", () => {
    const pair = createPair(SEED);
    bringUp(pair);
    const epoch = epochOf(pair.host);
    pair.device.inject(frameBytes({ type: "reset", epoch: epoch ^ 1 }));
    pair.run(10);
    expect(kindsOf(pair.device)).toEqual([]);
    pair.device.inject(frameBytes({ type: "reset", epoch }));
    pair.run(10);
    expect(kindsOf(pair.device)).toEqual(["down"]);
  });

  test("a PING is answered with its nonce, in its epoch alone", () => {
    const pair = createPair(SEED);
    bringUp(pair);
    const epoch = epochOf(pair.host);
    pair.device.written.splice(0);
    const payload = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    pair.device.inject(frameBytes({ type: "ping", epoch, payload }));
    pair.device.inject(frameBytes({ type: "ping", epoch: epoch ^ 1, payload }));
    pair.run(10);
    expect(framesOf(pair.device)).toMatchObject([{ type: "pong", epoch, payload }]);
  });
});

describe("epochs", () => {
  test("stray HELLOs, with new and old nonces, do not end a live link", () => {
    const pair = createPair(SEED);
    bringUp(pair);
    const random = createRandom(SEED);
    for (let i = 0; i < 30; i += 1) {
      pair.device.inject(helloBytes(random.bytes(16)));
      pair.run(700);
      pair.host.send(0, Uint8Array.of(i));
      pair.device.send(0, Uint8Array.of(i));
      pair.run(300, () => pair.host.link.isIdle() && pair.device.link.isIdle());
    }
    expect(kindsOf(pair.host)).toEqual(Array<string>(30).fill("record"));
    expect(kindsOf(pair.device)).toEqual(Array<string>(30).fill("record"));
  });

  test("frames of an earlier epoch are dropped", () => {
    const pair = createPair(SEED);
    bringUp(pair);
    const old = epochOf(pair.host);
    pair.device.inject(frameBytes({ type: "reset", epoch: old }));
    pair.host.inject(frameBytes({ type: "reset", epoch: old, flags: FLAGS.device }));
    pair.run(10);
    bringUp(pair);
    for (const type of ["data", "ack", "ping", "reset"] as const) {
      for (let seq = 0; seq < 4; seq += 1) {
        const frame = { type, epoch: old, seq, ack: seq, flags: WHOLE, payload: RECORD };
        pair.device.inject(frameBytes(frame));
      }
    }
    pair.device.written.splice(0);
    pair.run(1000);
    expect([kindsOf(pair.device), pair.device.written]).toEqual([[], []]);
  });

  test("an answer for an earlier link is not queued for its successor", () => {
    const pair = createPair(SEED);
    bringUp(pair);
    pair.host.send(0, RECORD);
    pair.run(10);
    const [request] = pair.device.events;
    const epoch = request?.kind === "record" ? request.epoch : 0;
    expect(epoch).toBe(epochOf(pair.host));
    expect(pair.device.link.send(0, RECORD, pair.nowMs(), epoch ^ 1)).toBe(false);
    expect(pair.device.link.send(0, RECORD, pair.nowMs(), epoch)).toBe(true);
  });

  test("another host takes over with its first record, not with its HELLO", () => {
    const pair = createPair(SEED);
    bringUp(pair);
    const nonce = createRandom(SEED).bytes(16);
    pair.device.written.splice(0);
    pair.device.inject(helloBytes(nonce));
    pair.run(10);
    const [answer] = framesOf(pair.device);
    expect(answer?.type).toBe("helloAck");
    expect(kindsOf(pair.device)).toEqual([]);
    const epoch = answer?.epoch ?? 0;
    pair.device.inject(frameBytes({ type: "data", epoch, flags: WHOLE, payload: RECORD }));
    pair.run(10);
    expect(kindsOf(pair.device)).toEqual(["up", "record"]);
  });
});

describe("a device as it hears the line", () => {
  const greeted = (changes: Parameters<typeof helloBytes>[1] = {}) => {
    const device = linkOf("device", createRandom(SEED));
    const said = device.receive(helloBytes(createRandom(1).bytes(16), changes), 0).bytes;
    const epoch = framesIn(said)[0]?.epoch ?? 0;
    const data = (seq: number) =>
      frameBytes({ type: "data", epoch, seq, flags: WHOLE, payload: RECORD });
    device.receive(data(0), 1);
    return { device, epoch, data };
  };

  test("drops half a frame after 200 ms of silence, and not before", () => {
    for (const [pauseMs, count] of [
      [LINK_TIMES.partialFrame, 1],
      [LINK_TIMES.partialFrame + 1, 0],
    ] as const) {
      const { device, data } = greeted();
      device.receive(data(1).subarray(0, 9), 100);
      const { events } = device.receive(data(1).subarray(9), 100 + pauseMs);
      expect(events.length).toBe(count);
      expect(device.receive(data(2 - (1 - count)), 1000).events.length).toBe(1);
    }
  });

  test.each([
    [0, 64],
    [63, 64],
    [100, 100],
    [512, 512],
    [4096, 512],
  ])("cuts records for a peer that takes frames of %d into pieces of %d", (frameLimit, length) => {
    const { device } = greeted({ frameLimit });
    expect(device.send(0, new Uint8Array(2000), 10)).toBe(true);
    const lengths = framesIn(device.tick(10).bytes).map(({ payload }) => payload.length);
    expect(lengths).toEqual([length]);
  });

  test("an acknowledgement of any frame but the one on its way moves nothing", () => {
    const { device, epoch } = greeted();
    device.send(0, new Uint8Array(2000), 10);
    device.tick(10);
    for (const ack of [0, 2, 3, 1000, 65_535]) {
      expect(device.receive(frameBytes({ type: "ack", epoch, ack }), 20).bytes).toEqual([]);
    }
    const [next] = framesIn(device.receive(frameBytes({ type: "ack", epoch, ack: 1 }), 20).bytes);
    expect([next?.type, next?.seq]).toEqual(["data", 1]);
  });

  test("a hash that begins with zeros makes the epoch 1: 0 is nobody's", () => {
    const zeros = (): Uint8Array => new Uint8Array(32);
    const device = createLink({ side: "device", sha256: zeros, nonce: () => new Uint8Array(16) });
    const [answer] = framesIn(device.receive(helloBytes(new Uint8Array(16)), 0).bytes);
    expect(answer?.epoch).toBe(1);
  });
});
