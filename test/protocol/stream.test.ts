/** Records over a bad line: once, in order, intact, in both directions at once. */
import { describe, expect, test } from "bun:test";
import type { Frame } from "../../protocol/frame/frame.ts";
import { LIMITS } from "../../protocol/limits.ts";
import { createStream } from "../../protocol/link/stream.ts";
import { bringUp, CLEAN, createPair, type End, type Faults, type Pair, recordsOf } from "./line.ts";
import { createRandom, type Random, SEED } from "./random.ts";

const CHANNELS = [0, 3, 7] as const;
const LENGTHS = [0, 1, 2, 63, 511, 512, 513, 1024, 1025, 5000, 20_000] as const;

const EMPTY: Frame = {
  type: "ack",
  flags: 0,
  epoch: 1,
  seq: 0,
  ack: 0,
  window: 1,
  channel: 0,
  payload: new Uint8Array(0),
};

interface Sent {
  readonly channel: number;
  readonly record: Uint8Array;
}

const somethingToSend = (count: number, random: Random): readonly Sent[] =>
  Array.from({ length: count }, (_, i) => ({
    channel: CHANNELS[random.below(CHANNELS.length)] ?? 0,
    record: random.bytes(i === 0 ? 20_000 : (LENGTHS[random.below(LENGTHS.length - 2)] ?? 0)),
  }));

/** Queues what fits now; the rest stays in `left`. */
const feed = (end: End, left: Sent[]): void => {
  for (let [one] = left; one !== undefined; [one] = left) {
    if (!end.send(one.channel, one.record)) return;
    left.shift();
  }
};

const inOrder = (sent: readonly Sent[], channel: number): readonly string[] =>
  sent.flatMap((one) => (one.channel === channel ? [Bun.hash(one.record).toString()] : []));

const got = (end: End, channel: number): readonly string[] =>
  recordsOf(end, channel).map((record) => Bun.hash(record).toString());

const exchange = (pair: Pair, down: readonly Sent[], up: readonly Sent[], limitMs: number) => {
  const [downLeft, upLeft] = [[...down], [...up]];
  pair.run(limitMs, () => {
    feed(pair.host, downLeft);
    feed(pair.device, upLeft);
    const isEmpty = downLeft.length + upLeft.length === 0;
    return isEmpty && pair.host.link.isIdle() && pair.device.link.isIdle();
  });
};

const expectArrived = (pair: Pair, down: readonly Sent[], up: readonly Sent[], seed: number) => {
  for (const channel of CHANNELS) {
    const arrived = { seed, down: got(pair.device, channel), up: got(pair.host, channel) };
    expect(arrived).toEqual({ seed, down: inOrder(down, channel), up: inOrder(up, channel) });
  }
};

const LINES: readonly (readonly [string, Faults])[] = [
  ["a clean line", CLEAN],
  ["a line that loses a tenth", { ...CLEAN, loss: 0.1 }],
  ["a line that doubles a third", { ...CLEAN, doubling: 0.33 }],
  ["a line that flips bits in a tenth", { ...CLEAN, corruption: 0.1 }],
  ["a line that cuts a tenth short", { ...CLEAN, truncation: 0.1 }],
  ["a line of uneven delay", { ...CLEAN, delayMs: [1, 180] }],
  [
    "a line with every fault",
    { loss: 0.05, doubling: 0.1, corruption: 0.05, truncation: 0.05, delayMs: [1, 60] },
  ],
];

describe("records of 0 to 20,000 bytes, both ways at once, on three channels", () => {
  for (const [name, faults] of LINES) {
    test(`arrive once, in order and intact over ${name}`, () => {
      for (let run = 0; run < 5; run += 1) {
        const seed = SEED + run;
        const random = createRandom(~seed);
        const pair = createPair(seed);
        bringUp(pair);
        pair.setFaults(faults);
        const [down, up] = [somethingToSend(14, random), somethingToSend(14, random)];
        exchange(pair, down, up, 3_600_000);
        expectArrived(pair, down, up, seed);
      }
    });
  }

  test("and each length on its own", () => {
    for (const length of LENGTHS) {
      const pair = createPair(SEED);
      bringUp(pair);
      const record = createRandom(SEED).bytes(length);
      pair.host.send(5, record);
      pair.run(10_000, () => recordsOf(pair.device, 5).length > 0);
      expect(recordsOf(pair.device, 5)).toEqual([record]);
    }
  });
});

/** Two streams of small fragments; frames pass at once, but every 50th is lost. */
const createStreams = () => {
  const wire: { readonly to: 0 | 1; readonly frame: Frame }[] = [];
  const seqs = new Set<number>();
  const numbers: number[] = [];
  let sent = 0;
  const streamTo = (to: 0 | 1) =>
    createStream({
      fragment: 64,
      emit: (type, parts) => {
        sent += 1;
        if (sent % 50 !== 0) wire.push({ to, frame: { ...EMPTY, ...parts, type } });
      },
    });
  const ends = [streamTo(1), streamTo(0)] as const;
  const pump = (nowMs: number): void => {
    for (let [one] = wire.splice(0, 1); one !== undefined; [one] = wire.splice(0, 1)) {
      if (one.to === 1) seqs.add(one.frame.seq);
      const records = ends[one.to].receive(one.frame, nowMs);
      numbers.push(...records.map(({ bytes }) => (bytes[0] ?? 0) * 256 + (bytes[1] ?? 0)));
    }
  };
  return { sender: ends[0], pump, seqs, numbers };
};

test("a sequence number wraps from 65535 to 0 unnoticed, under loss", () => {
  const { sender, pump, seqs, numbers } = createStreams();
  let nowMs = 0;
  for (let number = 0; number < 66_000; number += 1) {
    sender.send(0, Uint8Array.of(number >> 8, number), nowMs);
    for (pump(nowMs); !sender.isIdle(); pump(nowMs)) {
      nowMs = sender.deadlineMs() ?? nowMs;
      sender.tick(nowMs);
    }
  }
  expect(seqs.size).toBe(65_536);
  expect(numbers).toEqual(Array.from({ length: 66_000 }, (_, i) => i & 0xffff));
});

describe("limits", () => {
  test("a record at the limit passes, one byte more is refused", () => {
    const pair = createPair(SEED);
    bringUp(pair);
    expect(pair.host.send(0, new Uint8Array(LIMITS.record + 1))).toBe(false);
    expect(pair.host.link.isIdle()).toBe(true);
    expect(pair.host.send(0, new Uint8Array(LIMITS.record))).toBe(true);
    pair.run(60_000, () => pair.host.link.isIdle());
    expect(recordsOf(pair.device, 0)[0]?.length).toBe(LIMITS.record);
  });

  test("a full queue refuses, and takes again when a record has arrived", () => {
    const pair = createPair(SEED);
    bringUp(pair);
    const record = new Uint8Array(10);
    for (let i = 0; i < LIMITS.queuedRecords; i += 1) expect(pair.host.send(0, record)).toBe(true);
    expect(pair.host.send(0, record)).toBe(false);
    pair.run(1000, () => recordsOf(pair.device, 0).length > 0 && pair.host.send(1, record));
    pair.run(1000, () => pair.host.link.isIdle());
    expect(recordsOf(pair.device, 0).length).toBe(LIMITS.queuedRecords);
    expect(recordsOf(pair.device, 1).length).toBe(1);
  });

  test("a link that is down takes nothing, and no channel beyond the last is ours to use", () => {
    const pair = createPair(SEED);
    expect(pair.host.send(0, new Uint8Array(1))).toBe(false);
    expect(() => pair.host.send(LIMITS.channels, new Uint8Array(1))).toThrow("broken invariant");
  });

  test("what the sender does to a record after sending changes nothing", () => {
    const pair = createPair(SEED);
    bringUp(pair);
    const record = createRandom(SEED).bytes(2000);
    const before = Uint8Array.from(record);
    pair.host.send(0, record);
    record.fill(0);
    pair.run(1000, () => pair.host.link.isIdle());
    expect(recordsOf(pair.device, 0)).toEqual([before]);
  });
});
