/** Greeting: who may speak before it, how often it is answered, and what it names. */
import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { FLAGS, FRAME_TYPES } from "../../../protocol/frame/frame.ts";
import type { Hello } from "../../../protocol/link/hello.ts";
import type { Link } from "../../../protocol/link/link.ts";
import { LINK_TIMES } from "../../../protocol/link/times.ts";
import { framesOf, pulled } from "./by-hand.ts";
import { answerBytes, frameBytes, framesIn, helloBytes, WHOLE } from "./greeting-frames.ts";
import { bringUp, CLEAN, createPair, kindsOf, linkOf } from "./line.ts";
import { createRandom, SEED } from "../random.ts";

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

/** A host that has asked, and a device's answer to it. */
const askedHost = (changes: Partial<Hello>) => {
  const host = linkOf("host", createRandom(SEED));
  host.tick(0);
  return { host, answer: answerBytes(framesIn(pulled(host, 0))[0], changes) };
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

  test("no common version or suite: the device answers and opens nothing", () => {
    const nonce = createRandom(SEED).bytes(16);
    for (const changes of [
      { oldest: 2, newest: 3 },
      { oldest: 0, newest: 0 },
      { oldest: 2, newest: 1 },
      { suites: [] },
      { suites: ["25519_ChaChaPoly_SHA256"] },
    ]) {
      const device = linkOf("device", createRandom(SEED));
      expect(device.receive(helloBytes(nonce, changes), 0)).toEqual([]);
      const [answer] = framesIn(pulled(device, 0));
      expect(answer?.type).toBe("helloAck");
      const data = { type: "data", epoch: answer?.epoch ?? 0, flags: WHOLE } as const;
      expect(device.receive(frameBytes(data), 1)).toEqual([]);
      expect(device.pull(1)).toBeUndefined();
    }
  });

  test.each([[{ oldest: 2, newest: 9 }], [{ suites: ["25519_ChaChaPoly_SHA256"] }]])(
    "nothing in common, %j: the host says so once and stops asking",
    (changes) => {
      const { host, answer } = askedHost(changes);
      expect(host.receive(answer, 2)).toEqual([{ kind: "incompatible" }]);
      expect([host.liveEpoch(), host.deadlineMs()]).toEqual([undefined, undefined]);
      expect(host.receive(answer, 3)).toEqual([]);
    },
  );

  test("an answer to somebody else's HELLO is no answer", () => {
    const { host, answer } = askedHost({});
    const other = linkOf("host", createRandom(SEED + 1));
    other.tick(0);
    expect(other.receive(answer, 2)).toEqual([]);
    expect(host.receive(answer, 2)).toMatchObject([{ kind: "opened" }]);
  });

  test("own nonce in an answer: the line is looped back, whoever signs as a device", () => {
    const host = linkOf("host", createRandom(SEED));
    const nonce = createRandom(SEED).bytes(16); // the first that this host says
    host.tick(0);
    const answer = answerBytes(framesOf(host, 0)[0], { nonce });
    expect(host.receive(answer, 1)).toEqual([{ kind: "loopback" }]);
  });

  test("an answer of another epoch, or without DEVICE, is dropped", () => {
    const { host, answer } = askedHost({});
    const [frame] = framesIn([answer]);
    if (frame === undefined) throw new Error("no answer");
    expect(host.receive(frameBytes({ ...frame, epoch: frame.epoch ^ 1 }), 1)).toEqual([]);
    expect(host.receive(frameBytes({ ...frame, flags: 0 }), 1)).toEqual([]);
    expect(host.stats().echoes).toBe(1);
    expect(host.receive(answer, 2)).toMatchObject([{ kind: "opened" }]);
    expect(host.receive(answer, 3)).toEqual([]);
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

/** A host's HELLO with one more member: the byte of its key, and 1. */
const helloWith = (key: readonly number[]): Uint8Array => {
  const [hello] = framesIn([helloBytes(new Uint8Array(16).fill(5))]);
  const [size = 0, ...members] = hello?.payload ?? [];
  return frameBytes({ type: "hello", payload: Uint8Array.of(size + 1, ...members, ...key, 1) });
};

describe("a HELLO's members", () => {
  const opens = (bytes: Uint8Array): readonly string[] =>
    linkOf("device", createRandom(SEED))
      .receive(bytes, 0)
      .map(({ kind }) => kind);

  test.each([10, 11, 16, 23])("%d is of a later version, and ignored", (key) => {
    expect(opens(helloWith([key]))).toEqual(["opened"]);
  });

  test.each([
    ["member 24", [0x18, 24]],
    ["member 7 twice", [7]],
    ["a name for a key", [0x61, 0x61]],
  ])("%s is refused without an answer", (_, key) => {
    expect(opens(helloWith(key))).toEqual([]);
  });

  test.each([
    ["a window of 33", { window: 33 }],
    ["frames of 4,097", { frameLimit: 4097 }],
    ["a nonce of 15 bytes", { nonce: new Uint8Array(15) }],
    ["a device's side", { side: "device" }],
  ] satisfies readonly (readonly [string, Partial<Hello>])[])(
    "%s is refused without an answer",
    (_, changes: Partial<Hello>) => {
      expect(opens(helloBytes(changes.nonce ?? new Uint8Array(16), changes))).toEqual([]);
    },
  );

  test("the host says 00 00 before its own, and the same bytes until it is answered", () => {
    const host = linkOf("host", createRandom(SEED));
    const said = Array.from({ length: 5 }, (_, i) => {
      host.tick(i * LINK_TIMES.hello);
      return pulled(host, i * LINK_TIMES.hello).map((bytes) => bytes.toHex());
    }).flat();
    expect(said).toHaveLength(5);
    expect(new Set(said).size).toBe(1);
    expect(said[0]).toStartWith("000000");
    const [hello] = framesIn(said.map((hex) => Uint8Array.fromHex(hex)));
    expect(hello).toMatchObject({ type: "hello", epoch: 0, flags: 0, ack: 0, window: 8 });
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

  test("a HELLO marked as the device's own is dropped and counted", () => {
    const device = linkOf("device", createRandom(SEED));
    const [hello] = framesIn([helloBytes(new Uint8Array(16))]);
    if (hello === undefined) throw new Error("no HELLO");
    expect(device.receive(frameBytes({ ...hello, flags: FLAGS.device }), 0)).toEqual([]);
    expect([device.pull(0), device.stats().echoes]).toEqual([undefined, 1]);
  });

  test("when the cable went or the link ended, the same HELLO is a new greeting", () => {
    const hello = helloBytes(new Uint8Array(16));
    const ends: readonly ((link: Link, epoch: number) => unknown)[] = [
      (link) => link.forget(),
      (link, epoch) => link.receive(frameBytes({ type: "reset", epoch }), 1),
      (link, epoch) => [link.promote(epoch), link.close(1), link.pull(1)],
    ];
    for (const end of ends) {
      const device = linkOf("device", createRandom(SEED));
      device.receive(hello, 0);
      const [first] = framesOf(device, 0);
      end(device, first?.epoch ?? 0);
      expect(device.receive(hello, 2)).toMatchObject([{ kind: "opened" }]);
      const [second] = framesOf(device, 2);
      expect(second?.payload).not.toEqual(first?.payload);
    }
  });

  test("a HELLO that would come to an epoch in use is not answered", () => {
    const device = linkOf("device", createRandom(SEED), { sha256: () => new Uint8Array(32) });
    expect(device.receive(helloBytes(new Uint8Array(16)), 0)).toMatchObject([{ epoch: 1 }]);
    framesOf(device, 0);
    expect(device.receive(helloBytes(new Uint8Array(16).fill(1)), 1)).toEqual([]);
    expect(framesOf(device, 1)).toEqual([]);
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
