/**
 * The place of a Unix socket in the file system: nobody but its user may ever connect, nothing
 * that is there and in use is replaced, and only one's own is removed.
 */
import { chmodSync, linkSync, lstatSync, mkdtempSync, rmSync, unlinkSync } from "node:fs";
import { createConnection, createServer, type Server, type Socket } from "node:net";
import { dirname, join } from "node:path";
import { type Failure, fail, type Outcome, ok } from "../../protocol/errors.ts";

/** Why a socket is not placed. */
export type SocketFileError = "file_exists" | "file_unreadable";

/** Why a link does not take the place of another that is in use. */
export const LINK_LISTENS = "a link listens there";

/** A socket that listens. */
export interface ListeningSocket {
  /** Takes no more connections, and removes the file if it is still this one. */
  readonly close: () => void;
}

const codeOf = (thrown: unknown): string =>
  thrown instanceof Error && "code" in thrown ? String(thrown.code) : "unknown";

/** Bytes of the longest path that a client can connect to (unix(7)). */
const LONGEST_PATH = 107;
const TOO_LONG = `the path of a socket has at most ${LONGEST_PATH} bytes`;

const WHY_OF_CODE: Readonly<Record<string, string>> = {
  EINVAL: TOO_LONG,
  ENOENT: "its folder is missing",
};

const failureOf = (file: string, thrown: unknown): Failure<SocketFileError> => {
  const code = codeOf(thrown);
  if (code === "EEXIST") return fail("file_exists", { file });
  return fail("file_unreadable", { file, why: WHY_OF_CODE[code] ?? code });
};

/** Whether somebody listens on the socket; one that cannot be asked counts as heard. */
const isAnswered = (file: string): Promise<boolean> => {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = createConnection(file);
  socket.on("connect", () => resolve(true));
  socket.on("error", (thrown) => resolve(!["ECONNREFUSED", "ENOENT"].includes(codeOf(thrown))));
  return promise.finally(() => socket.destroy());
};

/** Whether the place is free, or holds a socket that nobody listens on any more. */
export const checkPlace = async (
  file: string,
): Promise<Outcome<"free" | "stale", SocketFileError>> => {
  const isTooLong = Buffer.byteLength(file) > LONGEST_PATH;
  if (isTooLong) return fail("file_unreadable", { file, why: TOO_LONG });
  try {
    const found = lstatSync(file, { throwIfNoEntry: false });
    if (found === undefined) return ok("free");
    if (!found.isSocket()) return fail("file_exists", { file, why: "it is no socket" });
  } catch (thrown) {
    return failureOf(file, thrown);
  }
  return (await isAnswered(file)) ? fail("file_exists", { file, why: LINK_LISTENS }) : ok("stale");
};

const listen = (server: Server, path: string): Promise<void> => {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(path, resolve);
  return promise;
};

const inodeOf = (file: string): number | undefined =>
  lstatSync(file, { throwIfNoEntry: false })?.ino;

/** Binds in a folder of its own, which lets nobody else in, and then gives it its name. */
const place = async (server: Server, file: string, isStale: boolean): Promise<void> => {
  const folder = mkdtempSync(join(dirname(file), ".mayfly-"));
  try {
    const bound = join(folder, "s");
    await listen(server, bound);
    chmodSync(bound, 0o600);
    if (isStale) unlinkSync(file);
    linkSync(bound, file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** Listens on a new socket of mode 0600. Its clients are half-open: their end is not ours. */
export const listenAt = async (
  file: string,
  onSocket: (socket: Socket) => void,
): Promise<Outcome<ListeningSocket, SocketFileError>> => {
  const found = await checkPlace(file);
  if (!found.ok) return found;
  const server = createServer({ allowHalfOpen: true }, onSocket);
  try {
    await place(server, file, found.value === "stale");
  } catch (thrown) {
    server.close();
    return failureOf(file, thrown);
  }
  server.on("error", () => undefined);
  const own = inodeOf(file);
  return ok({
    close: () => {
      server.close();
      if (inodeOf(file) === own) rmSync(file, { force: true });
    },
  });
};
