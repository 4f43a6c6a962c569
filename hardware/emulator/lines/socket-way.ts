/**
 * A cable's socket, on a Unix path or on the loopback: the bytes of the line and nothing else.
 * Whoever connects takes the cable; while another has it, a connection is ended without a word, and
 * while there is no cable it is reset.
 */
import { chmodSync, rmSync, statSync } from "node:fs";
import type { Server, Socket } from "node:net";
import { fail, type Outcome, ok } from "../../../protocol/errors.ts";
import { type LoopbackAddress, tcpName, unixName } from "../../../protocol/link/port-name.ts";
import type { Cable } from "./cable.ts";
import { linkTarget, placeLink, removeLink } from "./line-name.ts";
import type { Way } from "./way.ts";

/** A socket that listens. */
export interface SocketWay extends Way {
  /** As `--port` takes it: `unix:PATH` or `tcp://HOST:PORT`, with the port that was chosen. */
  readonly port: string;
}

/** Where to listen on a Unix path: the name is a link, which comes and goes with the cable. */
export interface UnixPlace {
  /** What programs connect to. */
  readonly file: string;
  /** Where the socket itself is: in a folder of its user's alone, and nobody else's name there. */
  readonly inner: string;
}

/** Why a socket does not listen. Details carry `path`, `why` or both. */
export type SocketWayError = "file_exists" | "file_unreadable" | "emulator_failed";

/** Two frames of the largest size: more is not asked for while so much waits. */
const ROOM_BYTES = 8192;
/** Bytes that wait for a program that does not read; what does not fit is dropped, as by a UART. */
const QUEUE_BYTES = 262_144;
/** How long a program that is turned away has to go by itself, in milliseconds. */
const GOODBYE_MS = 1000;
/** Bytes of the longest path that a socket can have (unix(7)). */
const LONGEST_PATH = 107;

/** That a socket's program is gone may be heard after the next one has come, in milliseconds. */
const LEAVING_MS = 30;

/** Ends a connection as a cable that is pulled ends it. */
type HangUp = (socket: Socket) => void;

const codeOf = (thrown: unknown): string =>
  thrown instanceof Error && "code" in thrown ? String(thrown.code) : String(thrown);

/** Ended, not destroyed: with something unread that would be a reset, which means another thing. */
const turnAway = (socket: Socket): void => {
  const timer = setTimeout(() => socket.destroy(), GOODBYE_MS);
  socket.on("close", () => clearTimeout(timer));
  socket.on("end", () => socket.destroy());
  socket.resume();
  socket.end();
};

/** Gives the cable to a program that has connected; false where it is not to be had. */
const welcome = (cable: Cable, socket: Socket, hangUp: HangUp): boolean => {
  const end = cable.attach();
  if (end === undefined) return false;
  const isWritable = (): boolean => socket.writable && socket.writableLength < QUEUE_BYTES;
  const tellRoom = end.throttle(() => socket.writableLength < ROOM_BYTES);
  end.onBytes((bytes) => {
    if (isWritable()) socket.write(bytes, () => tellRoom());
  });
  end.onClose(() => hangUp(socket));
  const letGo = (): void => {
    void end.close(); // first, so that a program that is gone can come again at once
    socket.destroy();
  };
  socket.on("data", (bytes: Buffer) => void end.write(Uint8Array.from(bytes)));
  socket.on("end", letGo);
  socket.on("close", letGo);
  return true;
};

/** Lets a program in, or turns it away: after a while, for another may just be leaving. */
const receive = (cable: Cable, socket: Socket, hangUp: HangUp): void => {
  socket.on("error", () => socket.destroy());
  if (cable.isPlugged() && welcome(cable, socket, hangUp)) return;
  if (!cable.isPlugged()) {
    hangUp(socket);
    return;
  }
  const timer = setTimeout(() => {
    if (!cable.isPlugged()) hangUp(socket);
    else if (!welcome(cable, socket, hangUp)) turnAway(socket);
  }, LEAVING_MS);
  socket.on("close", () => clearTimeout(timer));
};

type Place = { readonly path: string } | LoopbackAddress;

const startListening = (server: Server, place: Place): Promise<void> => {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(place, () => {
    server.off("error", reject);
    server.on("error", () => undefined); // one connection that could not be taken: it tries again
    resolve();
  });
  return promise;
};

/** A server of the cable, and its end. Throws. */
const serve = async (cable: Cable, place: Place) => {
  const sockets = new Set<Socket>();
  const hangUp: HangUp = (socket) => {
    if ("path" in place) socket.destroy();
    else socket.resetAndDestroy();
  };
  // Not before somebody wants it: most emulators of a test have no socket.
  const { createServer } = process.getBuiltinModule("node:net");
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("close", () => void sockets.delete(socket));
    receive(cable, socket, hangUp);
  });
  await startListening(server, place);
  const { promise, resolve } = Promise.withResolvers<void>();
  return {
    address: server.address(),
    close: (): Promise<void> => {
      server.close(() => resolve());
      for (const socket of sockets) hangUp(socket);
      return promise;
    },
  };
};

/** Listens on the loopback; port 0 has one chosen. */
export const openTcpWay = async (
  cable: Cable,
  place: LoopbackAddress,
): Promise<Outcome<SocketWay, SocketWayError>> => {
  try {
    const { address, close } = await serve(cable, place);
    const port = typeof address === "object" ? (address?.port ?? place.port) : place.port;
    return ok({ port: tcpName({ host: place.host, port }), close });
  } catch (thrown) {
    return fail("emulator_failed", { path: tcpName(place), why: codeOf(thrown) });
  }
};

/** What cannot be looked at, as in another user's folder, may well be there. */
const leadsSomewhere = (file: string): boolean => {
  try {
    return statSync(file, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return true;
  }
};

/** A link that leads to something is somebody's; one that leads nowhere was left behind. */
const isTaken = ({ file, inner }: UnixPlace): boolean => {
  const target = linkTarget(file);
  const isOthers = target !== undefined && target !== inner;
  return isOthers && leadsSomewhere(file);
};

const checkPlace = (place: UnixPlace): Outcome<void, SocketWayError> => {
  for (const path of [place.file, place.inner]) {
    const isTooLong = Buffer.byteLength(path) > LONGEST_PATH;
    const why = `the path of a socket has at most ${LONGEST_PATH} bytes`;
    if (isTooLong) return fail("file_unreadable", { path, why });
  }
  return isTaken(place) ? fail("file_exists", { path: place.file }) : ok(undefined);
};

/** Listens on a Unix path that is its user's alone. Replaces what was left at `inner`. */
export const openUnixWay = async (
  cable: Cable,
  place: UnixPlace,
): Promise<Outcome<SocketWay, SocketWayError>> => {
  const free = checkPlace(place);
  if (!free.ok) return free;
  const { file, inner } = place;
  const clear = (): void => {
    removeLink(file, inner);
    rmSync(inner, { force: true });
  };
  try {
    rmSync(inner, { force: true });
    const { close } = await serve(cable, { path: inner });
    chmodSync(inner, 0o600);
    const follow = (): Outcome<void, SocketWayError> => {
      // While the cable was out somebody else may have taken the name: it stays theirs.
      if (isTaken(place)) return fail("file_exists", { path: file });
      if (cable.isPlugged()) return placeLink(file, inner);
      removeLink(file, inner);
      return ok(undefined);
    };
    const placed = follow();
    const unwatch = cable.watch(() => void follow());
    const end = (): Promise<void> => {
      unwatch();
      clear();
      return close();
    };
    if (placed.ok) return ok({ port: unixName(file), close: end });
    await end();
    return placed;
  } catch (thrown) {
    return fail("file_unreadable", { path: inner, why: codeOf(thrown) });
  }
};
