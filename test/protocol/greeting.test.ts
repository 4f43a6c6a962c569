/** Greeting: who may speak before it, how often it is answered, and what it names. */
import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { decodeAs, encodeAs } from "../../protocol/cbor/cbor.ts";
import { FLAGS, FRAME_TYPES } from "../../protocol/frame/frame.ts";
import { HELLO, type Hello } from "../../protocol/link/hello.ts";
import { frameBytes, framesIn, helloBytes, WHOLE } from "./greeting-frames.ts";
import { bringUp, CLEAN, createPair, kindsOf, linkOf } from "./line.ts";
import { createRandom, SEED } from "./random.ts";

const CUT_LINE = { ...CLEAN, loss: 1 };
const RECORD = Uint8Array.of(1, 2, 3);

describe("a device that nobody greeted", () => {
  const silentAfter = (bytes: Uint8Array): boolean => {
    const output = linkOf("device", createRandom(SEED)).receive(bytes, 1000);
    return output.bytes.length === 0 && output.events.length === 0;
  };

  test("says nothing to random bytes", () => {
    const random = createRandom(SEED);
    for (let i = 0; i < 200; i += 1) {
      const isSilent = silentAfter(random.bytes(random.below(2000)));
      expect({ seed: SEED, i, isSilent }).toEqual({ seed: SEED, i, isSilent: true });
    }
  });

  test("says nothing to frames of any type but a host's HELLO", () => {
    const types = ["helloAck", "data", "ack", "nak", "ping", "pong", "reset"] as const;
    expect(Object.keys(FRAME_TYPES).length).toBe(types.length + 1);
    for (const type of types) {
      for (const epoch of [0, 1, 0xffff]) {
        for (const flags of [0, WHOLE, FLAGS.device, 0xff]) {
          expect(silentAfter(frameBytes({ type, epoch, flags, payload: RECORD }))).toBe(true);
        }
      }
    }
    const nonce = new Uint8Array(16);
    expect(silentAfter(helloBytes(nonce, { side: "device" }))).toBe(true);
    expect(silentAfter(frameBytes({ type: "hello" }))).toBe(true);
    expect(silentAfter(frameBytes({ type: "hello", payload: RECORD }))).toBe(true);
    expect(silentAfter(helloBytes(nonce))).toBe(false);
  });

  test("has no timer", () => {
    expect(linkOf("device", createRandom(SEED)).deadlineMs()).toBeUndefined();
  });
});

describe("a HELLO flood", () => {
  const fresh = createRandom(SEED);
  test.each([
    ["of one nonce", () => new Uint8Array(16).fill(7)],
    ["of fresh nonces", () => fresh.bytes(16)],
  ])("%s is answered at most twice in any second", (_, nonce) => {
    const pair = createPair(SEED);
    pair.setFaults(CUT_LINE);
    for (let i = 0; i < 1000; i += 1) {
      pair.device.inject(helloBytes(nonce()));
      pair.run(10);
    }
    const times = pair.device.written.map(({ atMs }) => atMs);
    expect(times.length).toBeGreaterThan(10);
    const gaps = times.slice(2).map((atMs, i) => atMs - (times[i] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1000);
  });
});

/** A host that has asked, and a device's answer to it. */
const askedHost = (changes: Partial<Hello>) => {
  const host = linkOf("host", createRandom(SEED));
  const [hello] = framesIn(host.tick(0).bytes);
  const asked = decodeAs(HELLO, hello?.payload ?? new Uint8Array(0));
  if (asked === undefined) throw new Error("the host says no HELLO");
  const nonce = new Uint8Array(16).fill(9);
  const hash = createHash("sha256").update(asked.nonce).update(nonce).digest();
  const payload = encodeAs(HELLO, { ...asked, side: "device", nonce, ...changes });
  const flags = FLAGS.device;
  const answer = frameBytes({ type: "helloAck", epoch: hash.readUInt16BE(0) || 1, flags, payload });
  return { host, answer };
};

describe("named by name", () => {
  test("loopback, without a storm, and the link comes up when it ends", () => {
    const random = createRandom(SEED);
    const host = linkOf("host", random);
    let written = 0;
    for (let nowMs = 0; nowMs <= 10_000; nowMs += 100) {
      for (const bytes of host.tick(nowMs).bytes) {
        written += 1;
        const echoed = host.receive(bytes, nowMs);
        expect(echoed.bytes).toEqual([]);
        if (bytes.length > 2) expect(echoed.events).toEqual([{ kind: "loopback" }]);
      }
    }
    expect(written).toBe(2 * 21);
    const device = linkOf("device", random);
    const said = host.tick(10_500).bytes.flatMap((bytes) => device.receive(bytes, 10_501).bytes);
    expect(said.flatMap((bytes) => host.receive(bytes, 10_502).events)).toMatchObject([
      { kind: "up" },
    ]);
  });

  test("a live device that hears its own frames does nothing", () => {
    const pair = createPair(SEED);
    bringUp(pair);
    pair.device.send(0, RECORD);
    pair.run(100);
    const own = pair.device.written.splice(0);
    for (const { bytes } of own) pair.device.inject(bytes);
    pair.run(1000);
    expect([pair.device.written, kindsOf(pair.device)]).toEqual([[], []]);
  });

  test("no common version: the device answers and opens nothing", () => {
    const nonce = createRandom(SEED).bytes(16);
    for (const [oldest, newest] of [
      [2, 3],
      [0, 0],
      [2, 1],
    ] as const) {
      const device = linkOf("device", createRandom(SEED));
      const [answer] = framesIn(device.receive(helloBytes(nonce, { oldest, newest }), 0).bytes);
      expect(answer?.type).toBe("helloAck");
      const data = { type: "data", epoch: answer?.epoch ?? 0, flags: WHOLE } as const;
      expect(device.receive(frameBytes(data), 1)).toEqual({ bytes: [], events: [] });
    }
  });

  test("no common version: the host says so once and stops asking", () => {
    const { host, answer } = askedHost({ oldest: 2, newest: 9 });
    const incompatible = { kind: "down", reason: "link_incompatible" } as const;
    expect(host.receive(answer, 2).events).toEqual([incompatible]);
    expect([host.isUp(), host.deadlineMs()]).toEqual([false, undefined]);
  });

  test("an answer to somebody else's HELLO is no answer", () => {
    const { host, answer } = askedHost({});
    const other = linkOf("host", createRandom(SEED + 1));
    other.tick(0);
    expect(other.receive(answer, 2).events).toEqual([]);
    expect(host.receive(answer, 2).events).toMatchObject([{ kind: "up" }]);
  });
});
