/** A wire through `mayfly link`: one channel of its link, reached by a Unix socket. */
import { createConnection, type Socket } from "node:net";
import { decodeAs } from "../../protocol/cbor/cbor.ts";
import { type Failure, fail, type Outcome, ok } from "../../protocol/errors.ts";
import { HELLO, type Hello } from "../../protocol/link/hello.ts";
import {
  SOCKET_LIMITS,
  type SocketOpen,
  type SocketRecord,
} from "../../protocol/session/socket-message.ts";
import type { HostClock } from "../driver/clock.ts";
import { createLinkEnding } from "../driver/link-ending.ts";
import type { ConnectError, OpenWire, Wire } from "../driver/wire.ts";
import { createMessageReader, frameMessage } from "./socket-framing.ts";

/** Bytes on their way to the link beyond which nothing is added: a dozen records. */
const UNSENT_LIMIT = 1 << 16;
/** Records that are taken at once while there is room. */
const ROOM = 8;
/** How long a close waits until the link has read the last words, in milliseconds. */
const LINGER_MS = 300;

const codeOf = (thrown: unknown): string =>
  thrown instanceof Error && "code" in thrown ? String(thrown.code) : "unknown";

const ERROR_OF_CODE: Readonly<Record<string, ConnectError>> = {
  ENOENT: "port_missing",
  ECONNREFUSED: "port_missing",
  EACCES: "port_denied",
  EPERM: "port_denied",
  EAGAIN: "port_busy",
};

const connectFailure = (thrown: unknown): Failure<ConnectError> => {
  const why = codeOf(thrown);
  return why === "ECONNREFUSED"
    ? fail("port_missing", { why: "nobody listens on the socket" })
    : fail(ERROR_OF_CODE[why] ?? "not_a_signer", { why });
};

/** Why a program more than the link has channels is turned away. */
export const LINK_FULL = "every channel of the link is taken";

const FULL = fail("port_busy", { why: LINK_FULL });
const CLOSED = fail("link_down", { why: "the link ended" });
const SILENT = fail("port_missing", { why: "the link says nothing: is its device away?" });
const GARBLED = fail("not_a_signer", { why: "the socket is no link's" });

/** A socket, read as the link's messages. */
interface Stream {
  readonly socket: Socket;
  /** Settles with the first word of the link, or why there is none. */
  readonly opened: Promise<Outcome<SocketOpen, ConnectError>>;
  readonly refuse: (failure: Failure<ConnectError>) => void;
  readonly onRecord: (action: (record: SocketRecord) => void) => void;
  readonly onRoom: (action: () => void) => void;
  readonly sent: () => void;
  readonly onDown: (action: () => void) => void;
  readonly isOpen: () => boolean;
  readonly close: () => void;
}

const createStream = (socket: Socket): Stream => {
  const { promise, resolve } = Promise.withResolvers<Outcome<SocketOpen, ConnectError>>();
  const reader = createMessageReader(SOCKET_LIMITS.fromLink);
  const ending = createLinkEnding();
  let onRecord: ((record: SocketRecord) => void) | undefined;
  let onRoom: (() => void) | undefined;
  const end = (failure: Failure<ConnectError>): void => {
    resolve(failure);
    ending.goDown();
    socket.destroy();
  };
  const take = (): boolean => {
    const next = reader.next();
    if (next.kind === "nothing") return false;
    if (next.kind === "malformed") end(GARBLED);
    else if (next.message.kind === "open") resolve(ok(next.message));
    else if (next.message.kind === "record") onRecord?.(next.message);
    else end(FULL); // counts where nothing came before it
    return next.kind === "message";
  };
  socket.on("data", (bytes: Buffer) => {
    reader.push(bytes);
    while (take());
  });
  socket.on("error", (thrown) => end(connectFailure(thrown)));
  socket.on("close", () => end(CLOSED));
  return {
    socket,
    opened: promise,
    refuse: resolve,
    onRecord: (action) => {
      onRecord = action;
    },
    onRoom: (action) => {
      onRoom = action;
    },
    sent: () => onRoom?.(),
    onDown: ending.onDown,
    isOpen: ending.isOpen,
    close: ending.close,
  };
};

/** Ends the connection once the link has had all of it. */
const hangUp = ({ socket }: Stream, clock: HostClock): Promise<void> => {
  if (socket.destroyed) return Promise.resolve();
  const { promise, resolve } = Promise.withResolvers<void>();
  const stopTimer = clock.after(LINGER_MS, () => socket.destroy());
  socket.once("close", () => resolve());
  socket.end();
  return promise.finally(stopTimer);
};

const wireOver = (stream: Stream, open: SocketOpen, peer: Hello, clock: HostClock): Wire => {
  const { socket } = stream;
  const isFree = (): boolean => stream.isOpen() && socket.writableLength < UNSENT_LIMIT;
  return {
    peer,
    binding: {
      hellos: { host: open.hostHello, device: open.deviceHello },
      epoch: open.epoch,
      channel: open.channel,
    },
    lastCounter: open.counter,
    send: (bytes, isHandshake) => {
      if (!isFree()) return false;
      socket.write(frameMessage({ kind: "record", isHandshake, bytes }), stream.sent);
      return true;
    },
    room: () => (isFree() ? ROOM : 0),
    onRoom: stream.onRoom,
    onRecord: (action) => stream.onRecord(({ bytes, isHandshake }) => action(bytes, isHandshake)),
    onDown: stream.onDown,
    close: () => {
      stream.close();
      return hangUp(stream, clock);
    },
  };
};

/** Opens a channel of the link that listens on the socket at `path`, anew for each wire. */
export const overSocket =
  (path: string, clock: HostClock): OpenWire =>
  async ({ timeoutMs, signal }) => {
    const stream = createStream(createConnection(path));
    const stopTimer = clock.after(timeoutMs, () => stream.refuse(SILENT));
    const cancel = (): void => stream.refuse(fail("cancelled"));
    signal.addEventListener("abort", cancel);
    if (signal.aborted) cancel();
    const opened = await stream.opened;
    stopTimer();
    signal.removeEventListener("abort", cancel);
    const peer = opened.ok ? decodeAs(HELLO, opened.value.deviceHello) : undefined;
    if (opened.ok && peer !== undefined) return ok(wireOver(stream, opened.value, peer, clock));
    stream.socket.destroy();
    return opened.ok ? GARBLED : opened;
  };
