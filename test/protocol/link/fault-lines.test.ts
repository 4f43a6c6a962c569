/**
 * Random lines, from one printed seed: whatever `send` took arrives once, in order and intact, or
 * an end of the link says that the link is over. In virtual time, both ways, over several channels.
 */
import { expect, test } from "bun:test";
import { LIMITS } from "../../../protocol/limits.ts";
import { createRandom, type Random, SEED } from "../random.ts";
import { CLEAN, createPair, type End, type Faults, type Pair } from "./line.ts";

const RUNS = 50;
const LIMIT_MS = 1_800_000;
const LENGTHS = [0, 1, 60, 511, 512, 513, 2000, LIMITS.record] as const;

const pick = <T>(random: Random, choices: readonly [T, ...T[]]): T =>
  choices[random.below(choices.length)] ?? choices[0];
const upTo = (random: Random, most: number): number => (most * random.below(1000)) / 1000;

interface Nature {
  readonly faults: Faults;
  readonly window: number;
  readonly frameLimit: number;
}

/** Which faults a line has: all up to `most`, and a delay that varies. */
const natureOf = (random: Random, kinds: readonly (keyof Faults)[], most: number): Nature => {
  const leastMs = random.below(40);
  const delayMs: Faults["delayMs"] = [leastMs, leastMs + random.below(60)];
  const rates = Object.fromEntries(kinds.map((kind) => [kind, upTo(random, most)]));
  return {
    faults: { ...CLEAN, ...rates, delayMs },
    window: pick(random, [1, 2, 7, 8, 32]),
    frameLimit: pick(random, [64, 200, 512, 4096]),
  };
};

interface Load {
  readonly channel: number;
  readonly isHandshake: boolean;
  readonly record: Uint8Array;
}

const loadOf = (random: Random): Load[] =>
  Array.from({ length: 4 + random.below(20) }, () => ({
    channel: random.below(LIMITS.channels),
    isHandshake: random.chance(0.3),
    record: random.bytes(pick(random, LENGTHS)),
  }));

const nameOf = (channel: number, isHandshake: boolean, record: Uint8Array): string =>
  `${channel} ${isHandshake} ${record.length} ${Bun.hash(record)}`;

/** What each end got of an epoch, in order. */
const gotOf = ({ events }: End, epoch: number): readonly string[] =>
  events.flatMap((event) =>
    event.kind === "record" && event.epoch === epoch
      ? [nameOf(event.channel, event.isHandshake, event.record)]
      : [],
  );

const isOver = ({ host, device }: Pair, epoch: number): boolean =>
  [...host.events, ...device.events].some((one) => one.kind === "closed" && one.epoch === epoch);

/** A record that `send` took, and for which epoch. */
interface Accepted {
  readonly from: End["side"];
  readonly epoch: number;
  readonly name: string;
}

/** Queues what an end takes; the device's sessions keep half of its queue free. */
const feed = (end: End, left: Load[], accepted: Accepted[], keptFree: number): void => {
  while (end.link.room(end.epoch()) > keptFree) {
    const one = left.shift();
    if (one === undefined) return;
    const { channel, isHandshake, record } = one;
    const epoch = end.epoch();
    accepted.push({ from: end.side, epoch, name: nameOf(channel, isHandshake, record) });
    expect(end.send(channel, record, isHandshake)).toBe(true);
  }
};

/** The device's sessions: the first record of a candidate makes it the live one. */
const promote = ({ device }: Pair): void => {
  const epoch = device.epoch();
  if (device.link.liveEpoch() === epoch || gotOf(device, epoch).length === 0) return;
  device.events.push(...device.link.promote(epoch));
};

/** Runs a line until everything has arrived or was given up; what is wrong about it. */
const faultsOf = (seed: number, { faults, window, frameLimit }: Nature): readonly string[] => {
  const random = createRandom(~seed);
  const pair = createPair(seed, faults, { window, frameLimit });
  const [down, up] = [loadOf(random), loadOf(random)];
  const accepted: Accepted[] = [];
  const keptFree = random.chance(0.5) ? LIMITS.queuedRecords / 2 : 0;
  const isDone = pair.run(LIMIT_MS, () => {
    promote(pair);
    feed(pair.host, down, accepted, 0);
    feed(pair.device, up, accepted, keptFree);
    const isSent = down.length + up.length === 0;
    return isSent && pair.host.link.isIdle() && pair.device.link.isIdle();
  });
  const epochs = new Set(accepted.map(({ epoch }) => epoch));
  const wrong = [...epochs].flatMap((epoch) =>
    [pair.host, pair.device].flatMap((from) => {
      const sent = accepted.filter((one) => one.from === from.side && one.epoch === epoch);
      const got = gotOf(from.side === "host" ? pair.device : pair.host, epoch);
      const isPart = got.every((name, i) => name === sent[i]?.name);
      const isWhole = got.length === sent.length || isOver(pair, epoch);
      return isPart && isWhole ? [] : [`${from.side}: ${got.length} of ${sent.length}, ${isPart}`];
    }),
  );
  return isDone ? wrong : [...wrong, "neither arrived nor over"];
};

test.each([
  ["a line that loses", ["loss"], 0.3],
  ["a line that doubles", ["doubling"], 0.5],
  ["a line that flips bits", ["corruption"], 0.3],
  ["a line that cuts and makes noise", ["truncation", "noise"], 0.2],
  ["a line with every fault", ["loss", "doubling", "corruption", "truncation", "noise"], 0.08],
  ["a line so bad that links end", ["loss", "corruption", "truncation"], 0.3],
] as const)("what was accepted arrives, or the link is over: %s", (_, kinds, most) => {
  for (let run = 0; run < RUNS; run += 1) {
    const seed = SEED + 7919 * run;
    const nature = natureOf(createRandom(seed ^ 0x5eed), kinds, most);
    const wrong = faultsOf(seed, nature);
    expect({ seed, run, nature, wrong }).toEqual({ seed, run, nature, wrong: [] });
  }
});
