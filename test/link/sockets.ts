/** Folders, raw clients of a link's socket, and a link whose other end is the test. */
import { mkdtempSync, rmSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ChannelRecord, LineLink } from "../../host/driver/index.ts";
import { createMessageReader, frameMessage } from "../../host/link/socket-framing.ts";
import { encodeAs } from "../../protocol/cbor/cbor.ts";
import { HELLO, type Hello } from "../../protocol/link/hello.ts";
import { SOCKET_LIMITS, type SocketMessage } from "../../protocol/session/socket-message.ts";

const endings: (() => unknown)[] = [];

/** Registers what `cleanUp` does, the last one first. */
export const atEnd = (ending: () => unknown): void => {
  endings.push(ending);
};

/** Each test file says `afterAll(cleanUp)` for itself. */
export const cleanUp = async (): Promise<void> => {
  for (const ending of endings.splice(0).toReversed()) await ending();
};

/** A new folder that goes with `cleanUp`. */
export const temporaryFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "mayfly-link-test-"));
  atEnd(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

/** A connection to a link that says whatever a test wants. */
export interface RawClient {
  readonly said: readonly SocketMessage[];
  readonly isClosed: () => boolean;
  readonly write: (bytes: Uint8Array) => void;
  readonly say: (message: SocketMessage) => void;
  /** Reads no more. */
  readonly stall: () => void;
  readonly end: () => void;
  readonly destroy: () => void;
}

/** Connects to a socket. */
export const connectRaw = (path: string): RawClient => {
  const socket = createConnection(path);
  const reader = createMessageReader(SOCKET_LIMITS.fromLink);
  const said: SocketMessage[] = [];
  let isClosed = false;
  const read = (): void => {
    for (let next = reader.next(); next.kind !== "nothing"; next = reader.next()) {
      if (next.kind === "malformed") throw new Error("the link said something malformed");
      said.push(next.message);
    }
  };
  socket.on("data", (bytes: Buffer) => {
    reader.push(bytes);
    read();
  });
  socket.on("error", () => undefined);
  socket.on("close", () => {
    isClosed = true;
  });
  atEnd(() => void socket.destroy());
  return {
    said,
    isClosed: () => isClosed,
    write: (bytes) => void socket.write(bytes),
    say: (message) => void socket.write(frameMessage(message)),
    stall: () => void socket.pause(),
    end: () => void socket.end(),
    destroy: () => void socket.destroy(),
  };
};

/** A link to nowhere. */
export interface FakeLink extends LineLink {
  readonly sent: readonly ChannelRecord[];
  /** A record comes from the device. */
  readonly bring: (record: ChannelRecord) => void;
  /** So many records more are taken. */
  readonly makeRoom: (count: number) => void;
  readonly breakDown: () => void;
  readonly isClosed: () => boolean;
}

const PEER: Hello = {
  side: "device",
  oldest: 1,
  newest: 1,
  nonce: new Uint8Array(16),
  frameLimit: 512,
  window: 8,
  suites: [],
  features: [],
};

/** A link that is up, with an epoch of its own. */
export const createFakeLink = (epoch: number, roomAtFirst = Number.MAX_SAFE_INTEGER): FakeLink => {
  const sent: ChannelRecord[] = [];
  let room = roomAtFirst;
  let isClosed = false;
  let onRecord: (record: ChannelRecord) => void = () => undefined;
  let onRoom: () => void = () => undefined;
  let onDown: () => void = () => undefined;
  return {
    sent,
    peer: PEER,
    binding: { hellos: { host: Uint8Array.of(1), device: encodeAs(HELLO, PEER) }, epoch },
    send: (record) => {
      room -= 1;
      sent.push(record);
      return true;
    },
    room: () => room,
    onRoom: (action) => {
      onRoom = action;
    },
    onRecord: (action) => {
      onRecord = action;
    },
    onDown: (action) => {
      onDown = action;
    },
    close: () => {
      isClosed = true;
      return Promise.resolve();
    },
    bring: (record) => onRecord(record),
    makeRoom: (count) => {
      room += count;
      onRoom();
    },
    breakDown: () => onDown(),
    isClosed: () => isClosed,
  };
};
