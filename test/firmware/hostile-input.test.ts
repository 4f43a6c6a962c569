/**
 * Hostile input in bulk: nothing comes back before a HELLO, memory is flat after a collection, and
 * the device serves on. Bounds are of what stays: what is dropped may be large for a moment.
 */
import { describe, expect, test } from "bun:test";
import { heapStats } from "bun:jsc";
import { encodeFrame } from "../../protocol/frame/frame.ts";
import { LIMITS } from "../../protocol/limits.ts";
import { type Bench, createBench, settle } from "./bench-device.ts";
import { createRandom } from "../protocol/random.ts";
import { connectRaw, namesOf, requestOf } from "./raw-host.ts";
import { DEVICE_SEED } from "./ready-device.ts";

const MEGABYTE = 1 << 20;
const FLAT = 8 * MEGABYTE;
/** Every run the same: seed 1. */
const noise = createRandom(1).bytes;
const HEAD = Uint8Array.fromHex("5affffffff"); // a byte string of 4 GiB - 1, and nothing of it
const NESTED = new Uint8Array(100_000).fill(0x81);

/** Bytes that stay after a collection, those of byte strings among them. */
const heapBytes = (): number => {
  Bun.gc(true);
  const { heapSize, extraMemorySize } = heapStats();
  return heapSize + extraMemorySize;
};

/** The pieces that a bench keeps of what crossed the cable are the test's own memory. */
const forget = (bench: Bench): void => {
  Object.assign(bench.toDevice, { length: 0 });
  Object.assign(bench.fromDevice, { length: 0 });
};

/** Does it once to warm up, then so often, and says by how much the heap grew. */
const growth = async (bench: Bench, times: number, work: () => Promise<void>): Promise<number> => {
  await work();
  forget(bench);
  const before = heapBytes();
  for (let i = 0; i < times; i += 1) {
    await work();
    forget(bench);
  }
  return heapBytes() - before;
};

const expectServing = async (bench: Bench): Promise<void> => {
  await bench.pass(1500);
  const client = await bench.connect();
  expect(await client.getStatus({})).toMatchObject({ ok: true });
  await client.close();
  expect(bench.log.filter(({ event }) => event === "fault")).toEqual([]);
};

describe("before any HELLO: silence, and a flat heap", () => {
  const strangers: readonly (readonly [string, () => Uint8Array])[] = [
    ["1 MB of random bytes", () => noise(MEGABYTE)],
    ["1 MB of 0xff", () => new Uint8Array(MEGABYTE).fill(0xff)],
    ["1 MB of zeros", () => new Uint8Array(MEGABYTE)],
    ["1 MB that ends no frame", () => noise(MEGABYTE).map((byte) => byte || 1)],
    ["a CBOR head of 4 GiB", () => HEAD],
    ["100,000 nested lists", () => NESTED],
  ];
  test.each(strangers)("%s", async (_, bytes) => {
    const bench = createBench();
    const line = bench.attach();
    const grown = await growth(bench, 8, async () => {
      await line.write(bytes());
      await settle();
      expect(bench.fromDevice).toEqual([]);
    });
    expect(grown).toBeLessThan(FLAT);
    await line.close();
    await expectServing(bench);
  });

  test("one byte a second, of anything and of a good HELLO", async () => {
    const bench = createBench();
    const line = bench.attach();
    const hello = encodeFrame({
      type: "hello",
      flags: 0,
      epoch: 0,
      seq: 0,
      ack: 0,
      window: 8,
      channel: 0,
      payload: noise(60),
    });
    const grown = await growth(bench, 3, async () => {
      for (const byte of [...hello, ...noise(60)]) {
        await line.write(Uint8Array.of(byte));
        await bench.pass(1000);
      }
      expect(bench.fromDevice).toEqual([]);
    });
    expect(grown).toBeLessThan(FLAT);
    await line.close();
    await expectServing(bench);
  });

  test("a flood of HELLOs: two answers a second, and one candidate", async () => {
    const bench = createBench();
    const host = await connectRaw(bench, "anyone");
    const isHello = (bytes: Uint8Array): boolean => bytes.length > 60;
    const hello = bench.toDevice.find(isHello);
    if (hello === undefined) throw new Error("no HELLO was sent");
    const bytes = Uint8Array.from(hello);
    await host.close();
    await bench.pass(2000);
    forget(bench);
    const line = bench.attach();
    let answers = 0;
    const grown = await growth(bench, 20, async () => {
      for (let i = 0; i < 500; i += 1) await line.write(bytes);
      await settle();
      answers += bench.fromDevice.length;
      await bench.pass(1000);
    });
    expect(answers).toBeGreaterThan(0);
    expect(answers).toBeLessThanOrEqual(21 * 2);
    expect(grown).toBeLessThan(FLAT);
    await line.close();
    await expectServing(bench);
  });
});

describe("within a session of anyone: no answer, and a flat heap", () => {
  const plaintexts: readonly (readonly [string, Uint8Array])[] = [
    ["a CBOR head of 4 GiB", HEAD],
    ["a list head of 2^53", Uint8Array.fromHex("9b001fffffffffffff")],
    ["as many nested lists as a message holds", NESTED.slice(0, LIMITS.message)],
    ["noise", noise(LIMITS.message)],
  ];
  test.each(plaintexts)("%s", async (_, plaintext) => {
    const bench = createBench({ seed: DEVICE_SEED });
    const host = await connectRaw(bench, "anyone");
    const grown = await growth(bench, 200, async () => {
      expect(await host.exchange(plaintext)).toEqual([]);
    });
    expect(grown).toBeLessThan(FLAT);
    expect(namesOf(await host.exchange(requestOf("getStatus", new Map())))).toEqual(["result"]);
    await host.close();
    await expectServing(bench);
  });
});
