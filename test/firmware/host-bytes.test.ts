/** No bytes from a host make the device throw: raw bytes on the cable and well-formed frames. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { decodeFrame, encodeFrame, FLAGS, type FrameType } from "../../protocol/frame/frame.ts";
import { type Bench, createBench, settle } from "./bench-device.ts";
import { at, noise, seeded } from "./outcomes.ts";
import { connectRaw, freshKey, requestOf } from "./raw-host.ts";
import { DEVICE_SEED } from "./ready-device.ts";
import { someBytes } from "./wire-values.ts";

/** The device still serves a new host, and logged no fault of its own. */
const expectServing = async (bench: Bench): Promise<void> => {
  await bench.pass(1500); // HELLOs are answered twice a second at most
  const client = await bench.connect();
  const status = await client.getStatus({});
  await client.close();
  expect(status.ok).toBe(true);
  expect(bench.log.filter(({ event }) => event === "fault")).toEqual([]);
  expect(bench.ends).toEqual([]);
};

/** What a login prompt, a modem probe, a kernel, a terminal and an idle line say. */
const OTHERS = [
  "raspberrypi login: ",
  "AT\r\nAT+GCAP\r",
  "[    0.000000] Booting Linux on physical CPU 0x0\r\n",
  "\u001b[2J\u001b[H",
  "\0\0\0\0",
].map((text) => new TextEncoder().encode(text));

const frameTypes = fc.constantFrom<FrameType>(
  "hello",
  "helloAck",
  "data",
  "data",
  "ack",
  "nak",
  "ping",
  "pong",
  "reset",
);
const someFrame = fc.record({
  type: frameTypes,
  flags: fc.oneof(fc.constantFrom(FLAGS.first | FLAGS.last, FLAGS.first, FLAGS.last), fc.nat(255)),
  seq: fc.oneof(fc.nat(4), fc.nat(0xffff)),
  ack: fc.oneof(fc.nat(4), fc.nat(0xffff)),
  window: fc.nat(255),
  channel: fc.nat(7),
  payload: someBytes(64),
  isStale: fc.boolean(),
});

describe("a stranger before any HELLO", () => {
  test("gets no byte back, whatever it sends", async () => {
    const bench = createBench();
    const line = bench.attach();
    await fc.assert(
      fc.asyncProperty(fc.oneof(someBytes(300), fc.constantFrom(...OTHERS)), async (bytes) => {
        await line.write(bytes);
        await settle(2);
        expect(bench.fromDevice).toEqual([]);
      }),
      seeded(200),
    );
    await line.write(noise(1 << 18));
    await line.write(new Uint8Array(1 << 18).fill(0xff));
    await settle();
    expect(bench.fromDevice).toEqual([]);
    await line.close();
    await expectServing(bench);
  });

  test("gets no byte back for good frames of any type but HELLO", async () => {
    const bench = createBench();
    const line = bench.attach();
    await fc.assert(
      fc.asyncProperty(someFrame, fc.nat(0xffff), async (frame, epoch) => {
        fc.pre(frame.type !== "hello");
        await line.write(encodeFrame({ ...frame, epoch }));
        await settle(2);
        expect(bench.fromDevice).toEqual([]);
      }),
      seeded(200),
    );
    await line.close();
    await expectServing(bench);
  });

  test("gets at most two answers a second to a flood of HELLOs", async () => {
    const bench = createBench();
    const host = await connectRaw(bench);
    const isHello = (bytes: Uint8Array): boolean =>
      decodeFrame(
        bytes.slice(bytes.findLastIndex((byte, i) => byte === 0 && i < bytes.length - 1) + 1, -1),
      )?.type === "hello";
    const hello = at(bench.toDevice.filter(isHello), 0);
    const before = bench.fromDevice.length;
    await host.close();
    await bench.pass(1500);
    const line = bench.attach();
    for (let i = 0; i < 500; i += 1) await line.write(hello);
    await settle();
    const answers = bench.fromDevice.length - before;
    expect([1, 2]).toContain(answers);
    await line.close();
    await expectServing(bench);
  });
});

describe("a stranger after a host that left", () => {
  test("gets no byte that was meant for the host, and no repeated frame", async () => {
    const bench = createBench();
    const host = await connectRaw(bench);
    host.sendRecord(requestOf("getStatus", new Map()));
    const isAnswered = (): boolean =>
      bench.fromDevice.some((bytes) => decodeFrame(bytes.slice(1, -1))?.type === "data");
    for (let turn = 0; turn < 100 && !isAnswered(); turn += 1) await settle(1);
    expect(isAnswered()).toBe(true);
    await host.close(); // the answer is on its way, and is never acknowledged
    await settle();
    const line = bench.attach();
    const heard: Uint8Array[] = [];
    line.onBytes((bytes) => void heard.push(bytes));
    for (let second = 0; second < 20; second += 1) await bench.pass(1000);
    await line.write(at(OTHERS, 0));
    await settle();
    expect(heard).toEqual([]);
    await line.close();
    await expectServing(bench);
  });
});

describe("on a link that is up", () => {
  test("random bytes between frames are dropped", async () => {
    const bench = createBench({ seed: DEVICE_SEED });
    await fc.assert(
      fc.asyncProperty(fc.array(someBytes(700), { maxLength: 8 }), async (pieces) => {
        const line = bench.attach();
        for (const piece of pieces) await line.write(piece);
        await settle(2);
        await line.close();
      }),
      seeded(100),
    );
    await expectServing(bench);
  });

  test("good frames with any header and payload do no harm", async () => {
    const bench = createBench({ seed: DEVICE_SEED });
    await fc.assert(
      fc.asyncProperty(fc.array(someFrame, { minLength: 1, maxLength: 40 }), async (frames) => {
        await bench.pass(1500);
        const host = await connectRaw(bench);
        for (const { isStale, ...frame } of frames) {
          host.sendFrame(isStale ? { ...frame, epoch: frame.seq } : frame);
        }
        await settle(4);
        await host.close();
      }),
      seeded(100),
    );
    await expectServing(bench);
  });

  test("a record beyond the limit, sent fragment by fragment, is dropped", async () => {
    const bench = createBench({ seed: DEVICE_SEED });
    const host = await connectRaw(bench);
    const payload = noise(4096);
    const frame = { type: "data", ack: 0, window: 1, channel: 0, payload } as const;
    for (let seq = 0; seq < 200; seq += 1) {
      host.sendFrame({ ...frame, seq, flags: seq === 0 ? FLAGS.first : 0 });
      if (seq % 20 === 0) await settle(2);
    }
    host.sendFrame({ ...frame, seq: 200, flags: FLAGS.last });
    expect(await host.heard()).toEqual([]);
    await host.close();
    await expectServing(bench);
  });

  test("half a record is forgotten with its link", async () => {
    const bench = createBench({ seed: DEVICE_SEED });
    const host = await connectRaw(bench);
    const payload = requestOf("seal", new Map(), freshKey());
    const frame = { type: "data", ack: 0, window: 1, channel: 0, seq: 0 } as const;
    host.sendFrame({ ...frame, flags: FLAGS.first, payload: payload.slice(0, 20) });
    await host.close();
    await bench.pass(1500);
    const other = await connectRaw(bench);
    other.sendFrame({ ...frame, flags: FLAGS.last, payload: payload.slice(20) });
    expect(await other.heard()).toEqual([]);
    await other.close();
    expect(bench.phase()).toBe("ready");
    await expectServing(bench);
  });
});
