/** Ways for other programs to an emulator in process: a pty, Unix sockets, TCP on the loopback. */
import { resolve } from "node:path";
import type { Failure, Outcome } from "../../../protocol/errors.ts";
import { isSocketName, readAddress, readPortName } from "../../../protocol/link/port-name.ts";
import type { Cable } from "../lines/cable.ts";
import { openPtyWay } from "../lines/pty-way.ts";
import { enterRoom, type Room } from "../lines/room.ts";
import { openTcpWay, openUnixWay, type SocketWay } from "../lines/socket-way.ts";
import type { Way } from "../lines/way.ts";
import type { VirtualClock } from "./virtual-clock.ts";

/** Where to listen: a path, or `HOST:PORT` of the loopback with 0 for a port of its choice. */
export type ListenOptions = { readonly socket?: string } | { readonly tcp: string };

/** A socket of an emulator. */
export interface ListeningEmulator extends AsyncDisposable {
  /** The path, or `HOST:PORT` with the port that was chosen. */
  readonly address: string;
  /** The same as `--port` and `openPort` take it: `unix:PATH` or `tcp://HOST:PORT`. */
  readonly port: string;
  /** Hangs up on whoever came by it; resolves when it is free. */
  readonly close: () => Promise<void>;
}

/** The ways that one emulator has been given. */
export interface Ways {
  /** The pty's path; it is made at the first call. Throws where it cannot be. */
  readonly path: () => string;
  readonly listen: (options?: ListenOptions) => Promise<ListeningEmulator>;
  /** Ends them all, for good. */
  readonly close: () => Promise<void>;
}

const demand = <T>(what: string, outcome: Outcome<T>): T => {
  if (outcome.ok) return outcome.value;
  throw new Error(`${what}: ${wordsOf(outcome)}`);
};

const wordsOf = ({ error, details = {} }: Failure): string =>
  [error, ...Object.values(details)].join(", ");

const SOCKET_NAME = "signer.sock";

interface State {
  readonly cable: Cable;
  readonly clock: VirtualClock | undefined;
  readonly ways: Set<Way>;
  room: Room | undefined;
  path: string | undefined;
  isClosed: boolean;
}

/** Another program waits in this machine's time. */
const demandTime = ({ clock, isClosed }: State, what: string): void => {
  if (isClosed) throw new Error(`${what}: the emulator is over`);
  if (clock === undefined) return;
  throw new Error(
    `${what}: other programs live in this machine's time; make the emulator without a clock`,
  );
};

const roomOf = (state: State): Room => {
  state.room ??= enterRoom();
  return state.room;
};

const pathOf = (state: State): string => {
  if (state.path !== undefined) return state.path;
  demandTime(state, "path");
  const path = roomOf(state).path("port");
  state.ways.add(demand("path", openPtyWay(state.cable, path)));
  state.path = path;
  return path;
};

const openTcp = async ({ cable }: State, tcp: string): Promise<SocketWay> =>
  demand("listen", await openTcpWay(cable, demand("listen", readAddress(tcp))));

const openUnix = async (state: State, socket: string | undefined): Promise<SocketWay> => {
  if (socket !== undefined && isSocketName(socket)) {
    throw new Error(`listen: socket is a path, not ${socket}`);
  }
  const room = roomOf(state);
  const inner = room.path("s");
  const file = socket === undefined ? room.path(SOCKET_NAME) : resolve(socket);
  if (socket !== undefined) room.mark(file, inner);
  return demand("listen", await openUnixWay(state.cable, { file, inner }));
};

const addressOf = (port: string): string => {
  const name = demand("listen", readPortName(port));
  return name.kind === "tcp" ? port.slice("tcp://".length) : name.path;
};

const listen = async (state: State, options: ListenOptions): Promise<ListeningEmulator> => {
  demandTime(state, "listen");
  const opening = "tcp" in options ? openTcp(state, options.tcp) : openUnix(state, options.socket);
  const way = await opening;
  const close = async (): Promise<void> => {
    state.ways.delete(way);
    await way.close();
  };
  if (state.isClosed)
    await close(); // the emulator ended meanwhile
  else state.ways.add(way);
  return { address: addressOf(way.port), port: way.port, close, [Symbol.asyncDispose]: close };
};

/** None yet. */
export const createWays = (cable: Cable, clock: VirtualClock | undefined): Ways => {
  const state: State = {
    cable,
    clock,
    ways: new Set(),
    room: undefined,
    path: undefined,
    isClosed: false,
  };
  return {
    path: () => pathOf(state),
    listen: (options = {}) => listen(state, options),
    close: async () => {
      state.isClosed = true;
      state.path = undefined;
      const closing = [...state.ways].map((way) => way.close());
      state.room?.leave();
      state.ways.clear();
      await Promise.all(closing);
    },
  };
};
