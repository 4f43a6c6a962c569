/**
 * Two ends of a link and the line between them, in virtual time. The line loses, doubles, spoils,
 * cuts and delays what is written to it; it never reorders. Everything follows from one seed.
 */
import { createHash } from "node:crypto";
import { LIMITS } from "../../../protocol/limits.ts";
import {
  createLink,
  type Link,
  type LinkConfig,
  type LinkEvent,
} from "../../../protocol/link/link.ts";
import { createRandom, flipBits, type Random } from "../random.ts";

/** What the line does to each write: probabilities, and the bounds of its delay. */
export interface Faults {
  readonly loss: number;
  readonly doubling: number;
  readonly corruption: number;
  readonly truncation: number;
  /** Bytes of nobody's before a write. */
  readonly noise: number;
  readonly delayMs: readonly [number, number];
}

/** A line without a fault, and 1 ms long. */
export const CLEAN: Faults = {
  loss: 0,
  doubling: 0,
  corruption: 0,
  truncation: 0,
  noise: 0,
  delayMs: [1, 1],
};

/** One end and all that it has told so far. */
export interface End {
  readonly side: "host" | "device";
  readonly link: Link;
  readonly events: LinkEvent[];
  /** What it wrote, and when. */
  readonly written: { readonly atMs: number; readonly bytes: Uint8Array }[];
  /** Queues a record for the newest epoch. */
  readonly send: (channel: number, record: Uint8Array, isHandshake?: boolean) => boolean;
  /** Puts bytes on the line towards this end. */
  readonly inject: (bytes: Uint8Array) => void;
  /** The epoch that opened last. */
  readonly epoch: () => number;
  /** Writes what the link has; `run` does it too. */
  readonly flush: () => void;
}

/** Both ends. */
export interface Pair {
  readonly host: End;
  readonly device: End;
  readonly nowMs: () => number;
  /** The line's faults from now on. */
  readonly setFaults: (faults: Faults) => void;
  /** Runs until `isDone`, or for `limitMs`; says whether it is done. */
  readonly run: (limitMs: number, isDone?: () => boolean) => boolean;
}

interface Arrival {
  readonly atMs: number;
  readonly bytes: Uint8Array;
}

const DEVICE_STATE = { bootId: new Uint8Array(16).fill(0xb0), phase: "ready" } as const;

/** One end of a link with nonces from a source of chance. */
export const linkOf = (
  side: "host" | "device",
  random: Random,
  changes: Partial<LinkConfig> = {},
): Link => {
  const config: LinkConfig = {
    side,
    sha256: (data: Uint8Array) => Uint8Array.from(createHash("sha256").update(data).digest()),
    nonce: () => random.bytes(16),
    frameLimit: LIMITS.framePayloadDefault,
    window: LIMITS.windowDefault,
    ...changes,
  };
  return createLink(side === "host" ? config : { ...config, state: () => DEVICE_STATE });
};

const spoil = (bytes: Uint8Array, faults: Faults, random: Random): readonly Uint8Array[] => {
  if (random.chance(faults.loss)) return [];
  const cut = random.chance(faults.truncation) ? random.below(bytes.length) : bytes.length;
  const left = bytes.slice(0, cut);
  const spoiled = random.chance(faults.corruption)
    ? flipBits(left, 1 + random.below(5), random)
    : left;
  const pieces = random.chance(faults.doubling) ? [spoiled, spoiled] : [spoiled];
  return random.chance(faults.noise) ? [random.bytes(1 + random.below(80)), ...pieces] : pieces;
};

/** More steps than any honest run needs: an end whose timer spins is found out. */
const MOST_STEPS = 400_000;

const NEVER = Number.POSITIVE_INFINITY;

/** What is on its way, in both directions; each keeps its order. */
const createTraffic = (random: Random) => {
  const waiting: { readonly [Side in End["side"]]: Arrival[] } = { host: [], device: [] };
  return {
    carry: (to: End["side"], bytes: Uint8Array, nowMs: number, { delayMs }: Faults): void => {
      const [least, most] = delayMs;
      const atMs = nowMs + least + random.below(most - least + 1);
      waiting[to].push({ bytes, atMs: Math.max(atMs, waiting[to].at(-1)?.atMs ?? 0) });
    },
    nextMs: (): number =>
      Math.min(waiting.host[0]?.atMs ?? NEVER, waiting.device[0]?.atMs ?? NEVER),
    /** What arrives at an end by now, taken off the line. */
    take: (to: End["side"], nowMs: number): Arrival | undefined =>
      (waiting[to][0]?.atMs ?? NEVER) <= nowMs ? waiting[to].shift() : undefined,
  };
};

interface World {
  readonly random: Random;
  readonly traffic: ReturnType<typeof createTraffic>;
  faults: Faults;
  nowMs: number;
}

const createEnd = (world: World, side: End["side"], changes: Partial<LinkConfig>) => {
  const link = linkOf(side, world.random, changes);
  const events: LinkEvent[] = [];
  const written: { atMs: number; bytes: Uint8Array }[] = [];
  const to = side === "host" ? "device" : "host";
  let epoch = 0;
  const write = (bytes: Uint8Array): void => {
    written.push({ atMs: world.nowMs, bytes });
    for (const piece of spoil(bytes, world.faults, world.random)) {
      world.traffic.carry(to, piece, world.nowMs, world.faults);
    }
  };
  const flush = (): void => {
    for (let bytes = link.pull(world.nowMs); bytes; bytes = link.pull(world.nowMs)) write(bytes);
  };
  const take = (told: readonly LinkEvent[]): void => {
    for (const event of told) if (event.kind === "opened") ({ epoch } = event);
    events.push(...told);
    flush();
  };
  return {
    side,
    link,
    events,
    written,
    flush,
    epoch: () => epoch,
    send: (channel: number, record: Uint8Array, isHandshake = false): boolean => {
      const isQueued = link.send({ epoch, channel, isHandshake, bytes: record }, world.nowMs);
      flush();
      return isQueued;
    },
    inject: (bytes: Uint8Array): void =>
      world.traffic.carry(side, bytes, world.nowMs, world.faults),
    dueMs: (): number => link.deadlineMs() ?? NEVER,
    /** Hears what has arrived and does what is due. */
    act: (): void => {
      const arrival = world.traffic.take(side, world.nowMs);
      if (arrival !== undefined) take(link.receive(arrival.bytes, world.nowMs));
      if ((link.deadlineMs() ?? NEVER) <= world.nowMs) take(link.tick(world.nowMs));
    },
  };
};

/** A host and a device on a line. */
export const createPair = (
  seed: number,
  faults: Faults = CLEAN,
  changes: Partial<LinkConfig> = {},
): Pair => {
  const random = createRandom(seed);
  const world: World = { random, traffic: createTraffic(random), faults, nowMs: 0 };
  const host = createEnd(world, "host", changes);
  const device = createEnd(world, "device", changes);
  let steps = 0;

  /** Does what is due next; false where nothing is due by `endMs`. */
  const step = (endMs: number): boolean => {
    steps += 1;
    if (steps > MOST_STEPS) throw new Error(`the run never rests (seed ${seed})`);
    const atMs = Math.max(
      world.nowMs,
      Math.min(world.traffic.nextMs(), host.dueMs(), device.dueMs()),
    );
    if (atMs > endMs) return false;
    world.nowMs = atMs;
    host.act();
    device.act();
    return true;
  };
  return {
    host,
    device,
    nowMs: () => world.nowMs,
    setFaults: (next) => {
      world.faults = next;
    },
    run: (limitMs, isDone = () => false) => {
      const endMs = world.nowMs + limitMs;
      while (!isDone()) {
        if (step(endMs)) continue;
        world.nowMs = endMs;
        return isDone();
      }
      return true;
    },
  };
};

/** Runs until the host's link is live and the device has made its candidate the live one. */
export const bringUp = (pair: Pair): void => {
  const isLive = pair.run(120_000, () => pair.host.link.liveEpoch() !== undefined);
  pair.device.link.promote(pair.host.epoch());
  if (!isLive || pair.device.link.liveEpoch() !== pair.host.epoch()) {
    throw new Error("the link does not come up");
  }
  pair.device.events.splice(0);
  pair.host.events.splice(0);
};

/** The records that an end got on a channel, in order. */
export const recordsOf = ({ events }: End, channel: number): readonly Uint8Array[] =>
  events.flatMap((event) =>
    event.kind === "record" && event.channel === channel ? [event.record] : [],
  );

/** The kinds of an end's events, in order. */
export const kindsOf = ({ events }: End): readonly string[] => events.map(({ kind }) => kind);
