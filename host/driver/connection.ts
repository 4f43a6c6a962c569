/** One link over one line: the protocol's state machine, fed with real bytes and real time. */
import { createHash, randomBytes } from "node:crypto";
import { fail, type Outcome, ok } from "../../protocol/errors.ts";
import type { Hello } from "../../protocol/hello.ts";
import { createLink, type LinkEvent, type LinkOutput } from "../../protocol/link.ts";
import type { Line, LineError, OpenLine } from "./line.ts";

/** A link that is up. */
export interface Connection {
  readonly peer: Hello;
  /** False where the link is down or its queue is full. */
  readonly send: (record: Uint8Array) => boolean;
  readonly close: () => Promise<void>;
}

/** What a connection tells its owner. */
export interface ConnectionEvents {
  readonly onRecord: (record: Uint8Array) => void;
  /** The line hung up or the link gave up; told once, and not after `close`. */
  readonly onDown: () => void;
}

/** Why no connection came about. */
export type ConnectError = LineError | "link_loopback" | "link_incompatible";

/** A program that opens the port itself uses this channel (WIRE, section 4). */
const CHANNEL = 0;

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
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStopped = false;
  const take = (output: LinkOutput): void => {
    if (isStopped) return;
    for (const bytes of output.bytes) void line.write(bytes);
    for (const event of output.events) onEvent(event);
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
    stop: (): void => {
      isStopped = true;
      clearTimeout(timer);
    },
  };
};

/** Opens a line and waits until a signer answers on it. */
export const connect = async (
  open: OpenLine,
  events: ConnectionEvents,
  timeoutMs: number,
): Promise<Outcome<Connection, ConnectError>> => {
  const opened = await open();
  if (!opened.ok) return opened;
  const line = opened.value;
  const { promise, resolve } = Promise.withResolvers<Outcome<Hello, ConnectError>>();
  let isUp = false;
  let isOver = false;
  const goDown = (): void => {
    if (isOver) return;
    isOver = true;
    running.stop();
    if (isUp) events.onDown();
    resolve(fail("not_a_signer", { why: "the port closed" }));
  };
  const running = drive(line, (event) => {
    switch (event.kind) {
      case "up":
        isUp = true;
        resolve(ok(event.peer));
        return;
      case "record":
        events.onRecord(event.record);
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
  const close = async (): Promise<void> => {
    isOver = true;
    running.stop();
    await line.close();
  };
  const patience = setTimeout(
    () => resolve(fail("not_a_signer", { why: "nothing answered" })),
    timeoutMs,
  );
  running.start();
  const peer = await promise;
  clearTimeout(patience);
  if (peer.ok && !isOver) return ok({ peer: peer.value, send: running.send, close });
  await close();
  return peer.ok ? fail("not_a_signer", { why: "the port closed" }) : peer;
};
