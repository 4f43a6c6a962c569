/** One end of a link whose other end a test plays by hand, frame by frame. */
import { FLAGS, type Frame } from "../../../protocol/frame/frame.ts";
import { LIMITS } from "../../../protocol/limits.ts";
import type { Link, LinkConfig, LinkEvent } from "../../../protocol/link/link.ts";
import { createRandom, SEED } from "../random.ts";
import { answerBytes, frameBytes, framesIn, helloBytes } from "./greeting-frames.ts";
import { linkOf } from "./line.ts";

/** What a frame is made of: the rest of it is empty. */
export type Parts = Partial<Frame> & Pick<Frame, "type">;

/** A frame and when it was said. */
export interface Said {
  readonly atMs: number;
  readonly frame: Frame;
}

/** One end on a live link. */
export interface ByHand {
  readonly link: Link;
  readonly epoch: number;
  /** What its timers told. */
  readonly events: LinkEvent[];
  /** The other end says so. */
  readonly hear: (parts: Parts, nowMs: number) => readonly LinkEvent[];
  /** Queues a record of so many bytes. */
  readonly send: (length: number, nowMs?: number) => boolean;
  /** What it has to say until then, its timers included. */
  readonly until: (endMs: number) => readonly Said[];
}

/** All that a link has for the line now. */
export const pulled = (link: Link, nowMs: number): readonly Uint8Array[] => {
  const all: Uint8Array[] = [];
  for (let bytes = link.pull(nowMs); bytes; bytes = link.pull(nowMs)) all.push(bytes);
  return all;
};

/** The frames that a link has for the line now. */
export const framesOf = (link: Link, nowMs: number): readonly Frame[] =>
  framesIn(pulled(link, nowMs));

/** Runs a link's timers: what it says, and when; its events go to `events`. */
export const runTimers = (link: Link, endMs: number, events: LinkEvent[] = []): readonly Said[] => {
  const said: Said[] = [];
  for (let steps = 0; steps < 10_000; steps += 1) {
    const atMs = link.deadlineMs();
    if (atMs === undefined || atMs > endMs) return said;
    events.push(...link.tick(atMs));
    said.push(...framesOf(link, atMs).map((frame) => ({ atMs, frame })));
  }
  throw new Error("a timer that never rests");
};

const greet = (link: Link, side: "host" | "device", window: number): number => {
  if (side === "host") {
    link.tick(0);
    link.receive(answerBytes(framesOf(link, 0)[0], { window }), 0);
    return link.liveEpoch() ?? 0;
  }
  link.receive(helloBytes(createRandom(1).bytes(16), { window }), 0);
  const epoch = framesOf(link, 0)[0]?.epoch ?? 0;
  link.promote(epoch);
  return epoch;
};

/** One end that came up at 0 ms; both ends offer `window` until something else is said. */
export const byHand = (
  window: number = LIMITS.windowDefault,
  side: "host" | "device" = "device",
  changes: Partial<LinkConfig> = {},
): ByHand => {
  const link = linkOf(side, createRandom(SEED), { window, ...changes });
  const epoch = greet(link, side, window);
  const direction = side === "host" ? FLAGS.device : 0;
  const events: LinkEvent[] = [];
  return {
    link,
    epoch,
    events,
    hear: (parts, nowMs) => {
      const flags = (parts.flags ?? 0) | direction;
      return link.receive(frameBytes({ window, ...parts, epoch, flags }), nowMs);
    },
    send: (length, nowMs = 0) =>
      link.send({ epoch, channel: 0, isHandshake: false, bytes: new Uint8Array(length) }, nowMs),
    until: (endMs) => runTimers(link, endMs, events),
  };
};
