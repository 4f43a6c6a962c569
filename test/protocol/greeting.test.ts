/** Greeting: who may speak before it, how often it is answered, and what it names. */
import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { decodeAs, encodeAs } from "../../protocol/cbor/cbor.ts";
import { FLAGS, FRAME_TYPES } from "../../protocol/frame/frame.ts";
import { HELLO, type Hello } from "../../protocol/link/hello.ts";
import type { Link } from "../../protocol/link/link.ts";
import { frameBytes, framesIn, helloBytes, WHOLE } from "./greeting-frames.ts";
import { bringUp, CLEAN, createPair, kindsOf, linkOf } from "./line.ts";
import { createRandom, SEED } from "./random.ts";

const CUT_LINE = { ...CLEAN, loss: 1 };
const RECORD = Uint8Array.of(1, 2, 3);
const NONE = new Uint8Array(0);
const PING = new Uint8Array(8);
const PAYLOADS = {
  helloAck: RECORD,
  data: RECORD,
  ack: NONE,
  nak: NONE,
  ping: PING,
  pong: PING,
  reset: NONE,
} as const;

describe("a device that nobody greeted", () => {
  const silentAfter = (bytes: Uint8Array): boolean => {
    const device = linkOf("device", createRandom(SEED));
    const events = device.receive(bytes, 1000);
    return device.pull(1000) === undefined && events.length === 0;
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
          expect(silentAfter(frameBytes({ type, epoch, flags, payload: PAYLOADS[type] }))).toBe(
            true,
          );
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

/** All that a link has for the line. */
const pulled = (link: Link, nowMs: number): readonly Uint8Array[] => {
  const all: Uint8Array[] = [];
  for (let bytes = link.pull(nowMs); bytes; bytes = link.pull(nowMs)) all.push(bytes);
  return all;
};

/** A host that has asked, and a device's answer to it. */
const askedHost = (changes: Partial<Hello>) => {
  const host = linkOf("host", createRandom(SEED));
  host.tick(0);
  const [hello] = framesIn(pulled(host, 0));
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
      host.tick(nowMs);
      for (const bytes of pulled(host, nowMs)) {
        written += 1;
        expect(host.receive(bytes, nowMs)).toEqual([{ kind: "loopback" }]);
      }
    }
    expect(written).toBe(21);
    const device = linkOf("device", random);
    host.tick(10_500);
    for (const bytes of pulled(host, 10_500)) device.receive(bytes, 10_501);
    const told = pulled(device, 10_501).flatMap((bytes) => host.receive(bytes, 10_502));
    expect(told).toMatchObject([{ kind: "opened" }]);
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
      expect(device.receive(helloBytes(nonce, { oldest, newest }), 0)).toEqual([]);
      const [answer] = framesIn(pulled(device, 0));
      expect(answer?.type).toBe("helloAck");
      const data = { type: "data", epoch: answer?.epoch ?? 0, flags: WHOLE } as const;
      expect(device.receive(frameBytes(data), 1)).toEqual([]);
      expect(device.pull(1)).toBeUndefined();
    }
  });

  test("no common version: the host says so once and stops asking", () => {
    const { host, answer } = askedHost({ oldest: 2, newest: 9 });
    expect(host.receive(answer, 2)).toEqual([{ kind: "incompatible" }]);
    expect([host.liveEpoch(), host.deadlineMs()]).toEqual([undefined, undefined]);
    expect(host.receive(answer, 3)).toEqual([]);
  });

  test("an answer to somebody else's HELLO is no answer", () => {
    const { host, answer } = askedHost({});
    const other = linkOf("host", createRandom(SEED + 1));
    other.tick(0);
    expect(other.receive(answer, 2)).toEqual([]);
    expect(host.receive(answer, 2)).toMatchObject([{ kind: "opened" }]);
  });

  test("bytes for 2 s and no frame among them: noise, told once, until a frame comes", () => {
    const host = linkOf("host", createRandom(SEED));
    const heard = (nowMs: number): readonly string[] =>
      host.receive(Uint8Array.of(0xff, 0x00, 0x80), nowMs).map(({ kind }) => kind);
    const told: number[] = [];
    for (let nowMs = 0; nowMs <= 6000; nowMs += 100) if (heard(nowMs).length > 0) told.push(nowMs);
    expect(told).toEqual([2000]);
  });
});

describe("what both HELLOs agree on", () => {
  test("the same HELLO gets the same answer, byte for byte; another gets another", () => {
    const device = linkOf("device", createRandom(SEED));
    const answerTo = (bytes: Uint8Array, nowMs: number): string | undefined => {
      device.receive(bytes, nowMs);
      return device.pull(nowMs)?.toHex();
    };
    const [one, other] = [helloBytes(new Uint8Array(16)), helloBytes(new Uint8Array(16).fill(1))];
    const first = answerTo(one, 0);
    expect(first).toBeString();
    expect(answerTo(one, 600)).toBe(first);
    expect(answerTo(helloBytes(new Uint8Array(16), { window: 3 }), 1200)).not.toBe(first);
    expect(answerTo(other, 1800)).not.toBe(first);
  });

  test("both ends hold the payloads as they crossed the line", () => {
    const pair = createPair(SEED);
    pair.run(1000, () => pair.host.link.liveEpoch() !== undefined);
    const [hosts, devices] = [pair.host.events[0], pair.device.events[0]];
    if (hosts?.kind !== "opened" || devices?.kind !== "opened") throw new Error("not opened");
    expect(hosts.hellos).toEqual(devices.hellos);
    expect(hosts.epoch).toBe(devices.epoch);
    const hash = createHash("sha256").update(devices.peer.nonce).update(hosts.peer.nonce).digest();
    expect(hosts.epoch).toBe(hash.readUInt16BE(0) || 1);
  });
});
