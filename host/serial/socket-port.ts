/**
 * A port that is a socket: an emulator's Unix socket, or its TCP on the loopback. The same bytes as
 * on a serial line; nothing of it ever leaves this machine.
 */
import { statSync } from "node:fs";
import { createConnection, type Socket } from "node:net";
import { type Failure, fail, type Outcome, ok } from "../../protocol/errors.ts";
import { LIMITS } from "../../protocol/limits.ts";
import { type PortName, readPortName } from "../../protocol/link/port-name.ts";
import type { CloseReason, Port, PortError } from "./port.ts";

/** How long a close waits until the other side has let go too, in milliseconds. */
const LINGER_MS = 300;

const ERROR_OF_CODE: Readonly<Record<string, PortError>> = {
  ENOENT: "port_missing",
  ECONNREFUSED: "port_missing",
  ECONNRESET: "port_missing", // its cable is not plugged in
  ENOTDIR: "port_missing",
  EADDRNOTAVAIL: "port_missing",
  EACCES: "port_denied",
  EPERM: "port_denied",
  EAGAIN: "port_busy",
};

const codeOf = (thrown: unknown): string =>
  thrown instanceof Error && "code" in thrown ? String(thrown.code) : String(thrown);

/** What one socket has come to. */
interface State {
  readonly name: string;
  readonly socket: Socket;
  readonly ended: PromiseWithResolvers<CloseReason>;
  readonly held: Uint8Array[];
  deliver: ((bytes: Uint8Array) => void) | undefined;
  hasHeard: boolean;
  reason: CloseReason | undefined;
  /** Why it was turned away, if it was. */
  refusal: PortError | undefined;
}

/** An emulator says nothing first, and ends a connection when another program has its cable. */
const listen = (state: State): void => {
  const { socket, ended, held } = state;
  const refuse = (error: PortError | undefined): void => {
    if (!state.hasHeard && state.reason === undefined) state.refusal ??= error;
  };
  socket.on("data", (chunk: Buffer) => {
    const bytes = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    state.hasHeard = true;
    if (state.deliver === undefined) held.push(bytes);
    else state.deliver(bytes);
  });
  socket.on("end", () => {
    refuse("port_busy");
    socket.destroy();
  });
  socket.on("error", (thrown) => refuse(ERROR_OF_CODE[codeOf(thrown)]));
  socket.on("close", () => {
    state.reason ??= "hang-up";
    ended.resolve(state.reason);
  });
};

const connect = ({ socket }: State): Promise<void> => {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.once("connect", () => {
    socket.off("error", reject);
    resolve();
  });
  socket.once("error", reject);
  return promise;
};

/** Ends it once the other side has had all of it and is free for the next program. */
const close = async (state: State): Promise<void> => {
  const { socket, ended } = state;
  state.reason ??= "closed";
  if (!socket.destroyed) {
    const timer = setTimeout(() => socket.destroy(), LINGER_MS);
    socket.end();
    await ended.promise;
    clearTimeout(timer);
  }
  await ended.promise;
};

const write = (state: State, bytes: Uint8Array): Promise<void> => {
  const { socket, reason, ended } = state;
  if (reason !== undefined || !socket.writable) return Promise.resolve();
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.write(Buffer.from(bytes), () => resolve());
  return Promise.race([promise, ended.promise.then(() => undefined)]);
};

const portOf = (state: State): Port => ({
  path: state.name,
  frameLimit: LIMITS.framePayloadMaximum,
  window: LIMITS.window,
  write: (bytes) => write(state, bytes),
  onBytes: (action) => {
    state.deliver = action;
    for (const bytes of state.held.splice(0)) action(bytes);
  },
  onClose: (action) => void state.ended.promise.then(action),
  refusal: () => state.refusal,
  close: () => close(state),
});

/** What is at a path, where that is no socket: connecting would only be refused. */
const isElse = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isSocket() === false;

type SocketName = Exclude<PortName, { kind: "path" }>;

const dial = (place: SocketName): Socket =>
  place.kind === "unix"
    ? createConnection({ path: place.path, allowHalfOpen: true })
    : createConnection({ host: place.host, port: place.port, noDelay: true, allowHalfOpen: true });

const whyNot = (place: PortName): string | undefined => {
  if (place.kind === "tcp") return place.port === 0 ? "a port is from 1 to 65535" : undefined;
  return isElse(place.path) ? "it is no socket" : undefined;
};

const failureOf = (path: string, thrown: unknown): Failure<PortError> => {
  const code = codeOf(thrown);
  const error = ERROR_OF_CODE[code];
  return error === undefined ? fail("not_a_signer", { path, why: code }) : fail(error, { path });
};

const openAt = async (name: string, place: SocketName): Promise<Outcome<Port, PortError>> => {
  const state: State = {
    name,
    socket: dial(place),
    ended: Promise.withResolvers<CloseReason>(),
    held: [],
    deliver: undefined,
    hasHeard: false,
    reason: undefined,
    refusal: undefined,
  };
  const connecting = connect(state);
  listen(state);
  await connecting;
  return ok(portOf(state));
};

/** Opens `unix:PATH` or `tcp://HOST:PORT`. Never rejects; a host elsewhere is `not_a_signer`. */
export const openSocketPort = async (name: string): Promise<Outcome<Port, PortError>> => {
  const place = readPortName(name);
  if (!place.ok) return fail("not_a_signer", { path: name, ...place.details });
  if (place.value.kind === "path") return fail("port_missing", { path: name });
  const why = whyNot(place.value);
  if (why !== undefined) return fail("not_a_signer", { path: name, why });
  try {
    return await openAt(name, place.value);
  } catch (thrown) {
    return failureOf(name, thrown);
  }
};
