/** Records over a bad line: once, in order, intact, in both directions at once. */
import { describe, expect, test } from "bun:test";
import { LIMITS } from "../../../protocol/limits.ts";
import { bringUp, CLEAN, createPair, type End, type Faults, type Pair, recordsOf } from "./line.ts";
import { createRandom, type Random, SEED } from "../random.ts";

const CHANNELS = [0, 3, 7] as const;
const LENGTHS = [0, 1, 2, 63, 511, 512, 513, 1024, 1025, 4095, 4096] as const;

interface Sent {
  readonly channel: number;
  readonly isHandshake: boolean;
  readonly record: Uint8Array;
}

const somethingToSend = (count: number, random: Random): readonly Sent[] =>
  Array.from({ length: count }, (_, i) => ({
    channel: CHANNELS[random.below(CHANNELS.length)] ?? 0,
    isHandshake: random.chance(0.2),
    record: random.bytes(i === 0 ? LIMITS.record : (LENGTHS[random.below(LENGTHS.length)] ?? 0)),
  }));

/** Queues what fits now; the rest stays in `left`. */
const feed = (end: End, left: Sent[]): void => {
  for (let [one] = left; one !== undefined; [one] = left) {
    if (!end.send(one.channel, one.record, one.isHandshake)) return;
    left.shift();
  }
};

const nameOf = ({ record, isHandshake }: Pick<Sent, "record" | "isHandshake">): string =>
  `${Bun.hash(record)} ${isHandshake}`;

const inOrder = (sent: readonly Sent[], channel: number): readonly string[] =>
  sent.flatMap((one) => (one.channel === channel ? [nameOf(one)] : []));

const got = ({ events }: End, channel: number): readonly string[] =>
  events.flatMap((event) =>
    event.kind === "record" && event.channel === channel ? [nameOf(event)] : [],
  );

/** The device leaves room, as its sessions do: with a full queue it takes nothing in. */
const feedDevice = ({ device }: Pair, left: Sent[]): void => {
  while (device.link.room(device.epoch()) > LIMITS.queuedRecords / 2) {
    const one = left.shift();
    if (one === undefined) return;
    device.send(one.channel, one.record, one.isHandshake);
  }
};

const exchange = (pair: Pair, down: readonly Sent[], up: readonly Sent[], limitMs: number) => {
  const [downLeft, upLeft] = [[...down], [...up]];
  pair.run(limitMs, () => {
    feed(pair.host, downLeft);
    feedDevice(pair, upLeft);
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
  ["a line with noise before a tenth", { ...CLEAN, noise: 0.1 }],
  ["a line of uneven delay", { ...CLEAN, delayMs: [1, 180] }],
  [
    "a line with every fault",
    {
      loss: 0.05,
      doubling: 0.1,
      corruption: 0.05,
      truncation: 0.05,
      noise: 0.05,
      delayMs: [1, 60],
    },
  ],
];

describe("records of 0 to 4,096 bytes, both ways at once, on three channels", () => {
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

test("a sequence number wraps from 65535 to 0 unnoticed, under loss", () => {
  const pair = createPair(SEED);
  bringUp(pair);
  pair.setFaults({ ...CLEAN, loss: 0.02 });
  const seen: number[] = [];
  const isThere = (): boolean => pair.host.link.isIdle();
  for (let number = 0; number < 66_000; number += 8) {
    for (let i = number; i < number + 8; i += 1) pair.host.send(0, Uint8Array.of(i >> 8, i));
    pair.run(60_000, isThere);
    for (const event of pair.device.events.splice(0)) {
      if (event.kind === "record") seen.push((event.record[0] ?? 0) * 256 + (event.record[1] ?? 0));
    }
    pair.host.written.splice(0);
    pair.device.written.splice(0);
  }
  expect(seen).toEqual(Array.from({ length: 66_000 }, (_, i) => i & 0xffff));
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
    const room = (): number => pair.host.link.room(pair.host.epoch());
    for (let i = 0; i < LIMITS.queuedRecords; i += 1) {
      expect(room()).toBe(LIMITS.queuedRecords - i);
      expect(pair.host.send(0, record)).toBe(true);
    }
    expect([room(), pair.host.send(0, record)]).toEqual([0, false]);
    pair.run(1000, () => room() > 0);
    expect(pair.host.send(1, record)).toBe(true);
    pair.run(1000, () => pair.host.link.isIdle());
    expect(recordsOf(pair.device, 0).length).toBe(LIMITS.queuedRecords);
    expect(recordsOf(pair.device, 1).length).toBe(1);
  });

  test("a link that is down takes nothing, and no channel beyond the last is ours to use", () => {
    const pair = createPair(SEED);
    expect(pair.host.send(0, new Uint8Array(1))).toBe(false);
    bringUp(pair);
    expect(() => pair.host.send(LIMITS.channels, new Uint8Array(1))).toThrow("broken invariant");
  });

  test("what the sender does to a record after sending changes nothing", () => {
    const pair = createPair(SEED);
    bringUp(pair);
    const record = createRandom(SEED).bytes(2000);
    const before = Uint8Array.from(record);
    const { link } = pair.host; // which is asked for frames only later
    link.send({ epoch: pair.host.epoch(), channel: 0, isHandshake: false, bytes: record }, 0);
    record.fill(0);
    pair.host.flush();
    pair.run(1000, () => pair.host.link.isIdle());
    expect(recordsOf(pair.device, 0)).toEqual([before]);
  });
});
