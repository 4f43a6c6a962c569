/**
 * One link over one line: the protocol's state machine, fed with real bytes and the clock's time.
 * All channels of the link are here; a wire is one of them.
 */
import { createHash, randomBytes } from "node:crypto";
import { concat } from "../../protocol/bytes.ts";
import { type Failure, fail, type Outcome, ok } from "../../protocol/errors.ts";
import { LIMITS } from "../../protocol/limits.ts";
import type { Hello } from "../../protocol/link/hello.ts";
import { createLink, type LinkEvent } from "../../protocol/link/link.ts";
import type { ChannelBinding } from "../../protocol/session/binding.ts";
import type { HostClock } from "./clock.ts";
import { createLinkEnding } from "./link-ending.ts";
import type { Line, OpenLine } from "./line.ts";
import { createOutbox } from "./outbox.ts";
import type { ConnectError, ConnectOptions } from "./wire.ts";

/** A record as it came. */
export interface ChannelRecord {
  readonly channel: number;
  readonly isHandshake: boolean;
  readonly record: Uint8Array;
}

/** A link that is up. Nothing here throws, also after its end. */
export interface LineLink {
  readonly peer: Hello;
  readonly binding: Omit<ChannelBinding, "channel">;
  readonly send: (record: ChannelRecord) => boolean;
  readonly room: () => number;
  readonly onRoom: (action: () => void) => void;
  readonly onRecord: (action: (record: ChannelRecord) => void) => void;
  /** Calls `action` once at the end of link or line, or soon if it is over; not after `close`. */
  readonly onDown: (action: () => void) => void;
  readonly close: () => Promise<void>;
}

/** Sees every byte that crosses the line. */
export type Observe = (direction: "in" | "out", bytes: Uint8Array) => void;

/** How a link over a line is made. */
export interface LineLinkOptions extends ConnectOptions {
  readonly clock: HostClock;
  readonly observe?: Observe;
  /** 16 fresh random bytes; the system's unless told. */
  readonly nonce?: () => Uint8Array;
}

/** How long a close waits for last words, such as a cancel, to arrive; in milliseconds. */
const LINGER_MS = 300;

type Opened = Extract<LinkEvent, { kind: "opened" }>;

/** Runs the link over a line; `onStep` follows the events of each step, also where it had none. */
const drive = (
  line: Line,
  { clock, observe, nonce = () => Uint8Array.from(randomBytes(16)) }: LineLinkOptions,
  onEvent: (event: LinkEvent) => void,
  onStep: () => void,
) => {
  const link = createLink({
    side: "host",
    sha256: (data) => Uint8Array.from(createHash("sha256").update(data).digest()),
    nonce,
    frameLimit: line.frameLimit ?? LIMITS.framePayloadDefault,
    window: line.window ?? LIMITS.windowDefault,
  });
  let stopTimer: () => void = () => undefined;
  let isStopped = false;
  let onIdle: (() => void) | undefined;
  const flush = (): void => {
    while (!isStopped && outbox.hasRoom()) {
      const bytes = link.pull(clock.nowMs());
      if (bytes === undefined) break;
      observe?.("out", bytes);
      outbox.write(bytes);
    }
    if (link.isIdle()) onIdle?.();
    schedule();
  };
  const outbox = createOutbox(line, flush);
  const take = (events: readonly LinkEvent[]): void => {
    if (isStopped) return;
    for (const event of events) onEvent(event);
    flush();
    onStep(); // an acknowledgement makes room and is no event
  };
  const schedule = (): void => {
    stopTimer();
    const deadlineMs = link.deadlineMs();
    if (isStopped || deadlineMs === undefined) return;
    const delayMs = Math.max(0, deadlineMs - clock.nowMs());
    stopTimer = clock.after(delayMs, () => take(link.tick(clock.nowMs())));
  };
  let sample: Uint8Array = new Uint8Array(0);
  line.onBytes((bytes) => {
    observe?.("in", bytes);
    if (sample.length < SAMPLE) sample = concat(sample, bytes.subarray(0, SAMPLE));
    take(link.receive(bytes, clock.nowMs()));
  });
  const stop = (): void => {
    isStopped = true;
    stopTimer();
  };
  return {
    link,
    flush,
    sample: () => sample,
    start: () => take(link.tick(clock.nowMs())),
    stop,
    linger: (): Promise<void> => {
      if (link.isIdle()) return Promise.resolve();
      const { promise, resolve } = Promise.withResolvers<void>();
      const cancel = clock.after(LINGER_MS, resolve);
      onIdle = resolve;
      return promise.finally(cancel);
    },
  };
};

/** What consoles and modems send: letters, ends of lines, escapes. */
const TEXT = /^[\t\n\r\x1b\x20-\x7e]+$/;

/** Bytes of what comes before any answer, to tell text from noise. */
const SAMPLE = 64;

/** What an event means to somebody who waits for a signer to answer. */
const refusalOf = (event: LinkEvent): ConnectError | undefined => {
  switch (event.kind) {
    case "loopback":
      return "link_loopback";
    case "incompatible":
      return "link_incompatible";
    default:
      return undefined;
  }
};

/** Why bytes came and no frames. */
const explainNoise = (sample: Uint8Array): Failure<ConnectError> =>
  TEXT.test(new TextDecoder("latin1").decode(sample))
    ? fail("not_a_signer", { why: "it speaks text, as a console or a modem does" })
    : fail("bytes_without_frames");

/** Opens a line and waits until a signer answers on it. */
export const connectLine = async (
  open: OpenLine,
  options: LineLinkOptions,
): Promise<Outcome<LineLink, ConnectError>> => {
  const opened = await open();
  if (!opened.ok) return opened;
  const line = opened.value;
  const ending = createLinkEnding();
  const greeting = Promise.withResolvers<Outcome<Opened, ConnectError>>();
  let onRecord: ((record: ChannelRecord) => void) | undefined;
  let onRoom: (() => void) | undefined;
  const goDown = (): void => {
    running.stop();
    ending.goDown();
    greeting.resolve(fail("not_a_signer", { why: "the port closed" }));
  };
  const take = (event: LinkEvent): void => {
    const refusal = refusalOf(event);
    if (refusal !== undefined) greeting.resolve(fail(refusal));
    if (event.kind === "noise") greeting.resolve(explainNoise(running.sample()));
    if (event.kind === "opened") greeting.resolve(ok(event));
    if (event.kind === "record") onRecord?.(event);
    if (event.kind === "closed") goDown();
  };
  const running = drive(line, options, take, () => onRoom?.());
  line.onClose(goDown);
  const { clock, timeoutMs, signal } = options;
  const giveUp = fail("not_a_signer", { why: "nothing answered" });
  const stopWaiting = clock.after(timeoutMs, () => greeting.resolve(giveUp));
  const cancel = (): void => greeting.resolve(fail("cancelled"));
  signal.addEventListener("abort", cancel);
  if (signal.aborted) cancel();
  running.start();
  const answer = await greeting.promise;
  stopWaiting();
  signal.removeEventListener("abort", cancel);
  const { link } = running;
  const close = async (): Promise<void> => {
    if (ending.isOpen()) {
      await running.linger();
      link.close(clock.nowMs());
      running.flush();
    }
    ending.close();
    running.stop();
    await line.close();
  };
  if (!answer.ok || !ending.isOpen()) {
    await close();
    return answer.ok ? fail("not_a_signer", { why: "the port closed" }) : answer;
  }
  const { peer, hellos, epoch } = answer.value;
  return ok({
    peer,
    binding: { hellos, epoch },
    send: ({ channel, isHandshake, record }) => {
      if (!ending.isOpen()) return false;
      const isTaken = link.send({ epoch, channel, isHandshake, bytes: record }, clock.nowMs());
      running.flush();
      return isTaken;
    },
    room: () => (ending.isOpen() ? link.room(epoch) : 0),
    onRoom: (action) => {
      onRoom = action;
    },
    onRecord: (action) => {
      onRecord = action;
    },
    onDown: ending.onDown,
    close,
  });
};
