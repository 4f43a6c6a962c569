/**
 * Both ends of a link on a serial line in virtual time: so many bytes a second either way, one
 * frame in the transmitter and none behind it, bits that flip on their own, and, like an FTDI
 * adapter, a host that hears short packets only at the ticks of a latency timer.
 */
import { createHash } from "node:crypto";
import { createLink, type Link, type LinkEvent } from "../../protocol/link/link.ts";
import { createRandom, type Random } from "../protocol/random.ts";

/** A line. */
export interface SerialLine {
  readonly bytesPerMs: number;
  /** From the end of a frame on the line to its end at the other side. */
  readonly latencyMs: number;
  /** How often a bit flips. */
  readonly bitErrors: number;
  /** The host's adapter hands over what it has every so often; 0 at once. */
  readonly latencyTimerMs: number;
  readonly frameLimit: number;
  readonly window: number;
}

interface Arrival {
  readonly atMs: number;
  readonly bytes: Uint8Array;
}

interface End {
  readonly side: "host" | "device";
  readonly link: Link;
  readonly arrivals: Arrival[];
  freeAtMs: number;
}

const NEVER = Number.POSITIVE_INFINITY;

/** Flips each bit with the line's probability, by the distances between flips. */
const createSpoiler = (bitErrors: number, random: Random) => {
  const gap = (): number => {
    if (bitErrors === 0) return NEVER;
    const share = (random.below(2 ** 31) + 1) / 2 ** 31;
    return Math.floor(Math.log(share) / Math.log1p(-bitErrors));
  };
  let bitsLeft = gap();
  return (bytes: Uint8Array): Uint8Array => {
    const bits = 8 * bytes.length;
    if (bitsLeft >= bits) {
      bitsLeft -= bits;
      return bytes;
    }
    const spoiled = Uint8Array.from(bytes);
    for (; bitsLeft < bits; bitsLeft += 1 + gap()) {
      const at = bitsLeft >> 3;
      spoiled[at] = (spoiled[at] ?? 0) ^ (1 << (bitsLeft & 7));
    }
    bitsLeft -= bits;
    return spoiled;
  };
};

const endOf = (side: End["side"], line: SerialLine, random: Random): End => ({
  side,
  link: createLink({
    side,
    sha256: (data) => Uint8Array.from(createHash("sha256").update(data).digest()),
    nonce: () => random.bytes(16),
    frameLimit: line.frameLimit,
    window: line.window,
  }),
  arrivals: [],
  freeAtMs: 0,
});

const heardAtMs = (to: End, endMs: number, { latencyMs, latencyTimerMs }: SerialLine): number => {
  const atMs = endMs + latencyMs;
  if (to.side === "device" || latencyTimerMs === 0) return atMs;
  return Math.ceil(atMs / latencyTimerMs) * latencyTimerMs;
};

/** The layer above: what it makes of events, and what it sends whenever it may. */
export interface Load {
  readonly take: (side: End["side"], link: Link, event: LinkEvent) => void;
  readonly feed: (nowMs: number) => void;
}

/** What an end makes of all that has arrived, and of the time. */
const eventsOf = ({ arrivals, link }: End, nowMs: number): readonly LinkEvent[] => {
  const events: LinkEvent[] = [];
  while ((arrivals[0]?.atMs ?? NEVER) <= nowMs) {
    const arrival = arrivals.shift();
    if (arrival !== undefined) events.push(...link.receive(arrival.bytes, nowMs));
  }
  if ((link.deadlineMs() ?? NEVER) <= nowMs) events.push(...link.tick(nowMs));
  return events;
};

/** Runs a line for so long, from one seed, under a load. */
export const runLine = (line: SerialLine, seed: number, limitMs: number, load: Load): void => {
  const random = createRandom(seed);
  const ends = [endOf("host", line, random), endOf("device", line, random)] as const;
  const [host, device] = ends;
  const spoilers = new Map(ends.map((end) => [end, createSpoiler(line.bitErrors, random)]));

  const act = (end: End, nowMs: number): void => {
    for (const event of eventsOf(end, nowMs)) load.take(end.side, end.link, event);
  };
  const transmit = (from: End, to: End, nowMs: number): void => {
    if (from.freeAtMs > nowMs) return;
    const bytes = from.link.pull(nowMs);
    if (bytes === undefined) return;
    from.freeAtMs = nowMs + bytes.length / line.bytesPerMs;
    const atMs = heardAtMs(to, from.freeAtMs, line);
    to.arrivals.push({ atMs, bytes: spoilers.get(from)?.(bytes) ?? bytes });
  };
  const nextMs = (nowMs: number): number =>
    ends.reduce((earliest, { arrivals, link, freeAtMs }) => {
      const freeMs = freeAtMs > nowMs ? freeAtMs : NEVER;
      return Math.min(earliest, arrivals[0]?.atMs ?? NEVER, link.deadlineMs() ?? NEVER, freeMs);
    }, NEVER);

  for (let nowMs = 0; nowMs < limitMs; nowMs = Math.max(nowMs, nextMs(nowMs))) {
    for (const end of ends) act(end, nowMs);
    load.feed(nowMs);
    transmit(host, device, nowMs);
    transmit(device, host, nowMs);
  }
};
