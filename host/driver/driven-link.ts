/** The protocol's link at work on a line: bytes in, frames out while there is room, timers. */
import { createHash, randomBytes } from "node:crypto";
import { concat } from "../../protocol/bytes.ts";
import { LIMITS } from "../../protocol/limits.ts";
import { createLink, type Link, type LinkEvent } from "../../protocol/link/link.ts";
import type { HostClock } from "./clock.ts";
import type { Line } from "./line.ts";
import { createOutbox, type Outbox } from "./outbox.ts";

/** Sees every byte that crosses the line. */
export type Observe = (direction: "in" | "out", bytes: Uint8Array) => void;

/** How a link is driven. */
export interface DriveOptions {
  readonly clock: HostClock;
  readonly observe?: Observe;
  /** 16 fresh random bytes; the system's unless told. */
  readonly nonce?: () => Uint8Array;
}

/** Who hears of the link: each event, and after the events of a step that it is over. */
export interface LinkListener {
  readonly event: (event: LinkEvent) => void;
  /** Also after a step without an event: an acknowledgement makes room and is none. */
  readonly step: () => void;
}

/** A link that is driven. */
export interface DrivenLink {
  readonly link: Link;
  /** Gives the line what it takes. */
  readonly flush: () => void;
  readonly start: () => void;
  readonly stop: () => void;
  /** What came first, a little of it. */
  readonly sample: () => Uint8Array;
  /** Resolves once everything that was sent has arrived, or after a moment. */
  readonly linger: () => Promise<void>;
}

/** How long a close waits for last words, such as a cancel, to arrive; in milliseconds. */
const LINGER_MS = 300;

/** Bytes of what comes before any answer, to tell text from noise. */
const SAMPLE = 64;

interface State {
  readonly options: DriveOptions;
  readonly listener: LinkListener;
  readonly link: Link;
  readonly outbox: Outbox;
  stopTimer: () => void;
  isStopped: boolean;
  onIdle: (() => void) | undefined;
  sample: Uint8Array;
}

const linkOver = (line: Line, { nonce }: DriveOptions): Link =>
  createLink({
    side: "host",
    sha256: (data) => Uint8Array.from(createHash("sha256").update(data).digest()),
    nonce: nonce ?? (() => Uint8Array.from(randomBytes(16))),
    frameLimit: line.frameLimit ?? LIMITS.framePayloadDefault,
    window: line.window ?? LIMITS.windowDefault,
  });

const schedule = (state: State): void => {
  const { clock } = state.options;
  state.stopTimer();
  const deadlineMs = state.link.deadlineMs();
  if (state.isStopped || deadlineMs === undefined) return;
  const delayMs = Math.max(0, deadlineMs - clock.nowMs());
  state.stopTimer = clock.after(delayMs, () => take(state, state.link.tick(clock.nowMs())));
};

const flush = (state: State): void => {
  const { link, outbox, options } = state;
  while (!state.isStopped && outbox.hasRoom()) {
    const bytes = link.pull(options.clock.nowMs());
    if (bytes === undefined) break;
    options.observe?.("out", bytes);
    outbox.write(bytes);
  }
  if (link.isIdle()) state.onIdle?.();
  schedule(state);
};

const take = (state: State, events: readonly LinkEvent[]): void => {
  if (state.isStopped) return;
  for (const event of events) state.listener.event(event);
  flush(state);
  state.listener.step();
};

const receive = (state: State, bytes: Uint8Array): void => {
  const { clock, observe } = state.options;
  observe?.("in", bytes);
  if (state.sample.length < SAMPLE) state.sample = concat(state.sample, bytes.subarray(0, SAMPLE));
  take(state, state.link.receive(bytes, clock.nowMs()));
};

const linger = (state: State): Promise<void> => {
  if (state.link.isIdle()) return Promise.resolve();
  const { promise, resolve } = Promise.withResolvers<void>();
  const cancel = state.options.clock.after(LINGER_MS, resolve);
  state.onIdle = resolve;
  return promise.finally(cancel);
};

/** A host's link over a line; it says nothing before `start`. */
export const driveLink = (
  line: Line,
  options: DriveOptions,
  listener: LinkListener,
): DrivenLink => {
  const state: State = {
    options,
    listener,
    link: linkOver(line, options),
    outbox: createOutbox(line, () => flush(state)),
    stopTimer: () => undefined,
    isStopped: false,
    onIdle: undefined,
    sample: new Uint8Array(0),
  };
  line.onBytes((bytes) => receive(state, bytes));
  return {
    link: state.link,
    flush: () => flush(state),
    start: () => take(state, state.link.tick(options.clock.nowMs())),
    stop: () => {
      state.isStopped = true;
      state.stopTimer();
    },
    sample: () => state.sample,
    linger: () => linger(state),
  };
};
