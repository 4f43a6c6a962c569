/** One link over one line: the protocol's state machine, fed with real bytes and real time. */
import { createHash, randomBytes } from "node:crypto";
import { fail, type Outcome, ok } from "../../protocol/errors.ts";
import type { Hello } from "../../protocol/link/hello.ts";
import { createLink, type LinkEvent, type LinkOutput } from "../../protocol/link/link.ts";
import type { Line, LineError, OpenLine } from "./line.ts";
import { createOutbox } from "./outbox.ts";

/** A link that is up. */
export interface Connection {
  readonly peer: Hello;
  /** False where the link is down or its queue is full. */
  readonly send: (record: Uint8Array) => boolean;
  /** Calls `action` once when the line hangs up or the link gives up, or soon if it has already. */
  readonly onDown: (action: () => void) => void;
  /** Repeating it is harmless; nobody is told of a link that was closed. */
  readonly close: () => Promise<void>;
}

/** Why no connection came about. */
export type ConnectError = LineError | "link_loopback" | "link_incompatible" | "cancelled";

/** A program that opens the port itself uses this channel (WIRE, section 4). */
const CHANNEL = 0;

/** How long a close waits for last words, such as a cancel, to arrive; in milliseconds. */
const LINGER_MS = 300;

const nowMs = (): number => performance.now();

const linkOfHost = () =>
  createLink({
    side: "host",
    sha256: (data) => Uint8Array.from(createHash("sha256").update(data).digest()),
    nonce: () => Uint8Array.from(randomBytes(16)),
  });

/** Runs the link over a line; events go to `onEvent`. */
const drive = (line: Line, onEvent: (event: LinkEvent) => void) => {
  const link = linkOfHost();
  const write = createOutbox(line);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStopped = false;
  let onIdle: (() => void) | undefined;
  const take = (output: LinkOutput): void => {
    if (isStopped) return;
    for (const bytes of output.bytes) write(bytes);
    for (const event of output.events) onEvent(event);
    if (link.isIdle()) onIdle?.();
    schedule();
  };
  const schedule = (): void => {
    clearTimeout(timer);
    const deadlineMs = link.deadlineMs();
    if (isStopped || deadlineMs === undefined) return;
    timer = setTimeout(() => take(link.tick(nowMs())), Math.max(0, deadlineMs - nowMs()));
  };
  line.onBytes((bytes) => take(link.receive(bytes, nowMs())));
  return {
    start: (): void => take(link.tick(nowMs())),
    send: (record: Uint8Array): boolean => {
      const isQueued = link.send(CHANNEL, record, nowMs());
      take(link.tick(nowMs()));
      return isQueued;
    },
    /** Resolves once everything that was sent has arrived, or after a moment. */
    linger: (): Promise<void> => {
      if (link.isIdle()) return Promise.resolve();
      const { promise, resolve } = Promise.withResolvers<void>();
      const limit = setTimeout(resolve, LINGER_MS);
      onIdle = resolve;
      return promise.finally(() => clearTimeout(limit));
    },
    stop: (): void => {
      isStopped = true;
      clearTimeout(timer);
    },
  };
};

/** The end of a link, told once to whoever asks, and never after a `close`. */
const createEnding = () => {
  let action: (() => void) | undefined;
  let state: "open" | "down" | "closed" = "open";
  const tell = (): void => {
    if (state === "down") action?.();
  };
  return {
    isOpen: (): boolean => state === "open",
    goDown: (): void => {
      if (state !== "open") return;
      state = "down";
      tell();
    },
    close: (): void => {
      state = "closed";
    },
    onDown: (told: () => void): void => {
      action = told;
      queueMicrotask(tell);
    },
  };
};

/** Resolves with what the link says first: a signer, or why there is none. */
const greet = (
  line: Line,
  onRecord: (record: Uint8Array) => void,
  ending: ReturnType<typeof createEnding>,
) => {
  const { promise, resolve } = Promise.withResolvers<Outcome<Hello, ConnectError>>();
  const goDown = (): void => {
    running.stop();
    ending.goDown();
    resolve(fail("not_a_signer", { why: "the port closed" }));
  };
  const running = drive(line, (event) => {
    switch (event.kind) {
      case "up":
        resolve(ok(event.peer));
        return;
      case "record":
        onRecord(event.record);
        return;
      case "loopback":
        resolve(fail("link_loopback"));
        return;
      case "down":
        if (event.reason === "link_incompatible") resolve(fail("link_incompatible"));
        else goDown();
    }
  });
  line.onClose(goDown);
  return { running, greeting: promise, giveUp: resolve };
};

/** How long to wait for a signer, and what ends the wait early. */
export interface ConnectOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Opens a line and waits until a signer answers on it. Never throws. */
export const connect = async (
  open: OpenLine,
  onRecord: (record: Uint8Array) => void,
  { timeoutMs, signal }: ConnectOptions,
): Promise<Outcome<Connection, ConnectError>> => {
  const opened = await open();
  if (!opened.ok) return opened;
  const line = opened.value;
  const ending = createEnding();
  const { running, greeting, giveUp } = greet(line, onRecord, ending);
  const patience = setTimeout(
    () => giveUp(fail("not_a_signer", { why: "nothing answered" })),
    timeoutMs,
  );
  const cancel = (): void => giveUp(fail("cancelled"));
  signal.addEventListener("abort", cancel);
  if (signal.aborted) cancel();
  running.start();
  const peer = await greeting;
  clearTimeout(patience);
  signal.removeEventListener("abort", cancel);
  const close = async (): Promise<void> => {
    if (ending.isOpen()) await running.linger();
    ending.close();
    running.stop();
    await line.close();
  };
  if (peer.ok && ending.isOpen()) {
    return ok({ peer: peer.value, send: running.send, onDown: ending.onDown, close });
  }
  await close();
  return peer.ok ? fail("not_a_signer", { why: "the port closed" }) : peer;
};
