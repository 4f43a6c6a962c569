/**
 * One client of the link, as its socket brings it: hostile until it is gone. What it sends is
 * held within a bound and read one record at a time; what it does not read ends it.
 */
import type { Socket } from "node:net";
import { LIMITS } from "../../protocol/limits.ts";
import {
  SOCKET_LIMITS,
  type SocketMessage,
  type SocketRecord,
} from "../../protocol/session/socket-message.ts";
import { createMessageReader, frameMessage, type MessageReader } from "./socket-framing.ts";

/** Bytes that wait for a client: the largest result twice, for one that is at work elsewhere. */
const UNSENT_LIMIT = 2 * LIMITS.result;
/** Bytes of a client's that wait for the line; beyond them its socket is not read. */
const HELD_LIMIT = 1 << 14;

/** A client. */
export interface Member {
  /** The next record it wants sent, if a whole one has come. One that says else is dropped. */
  readonly next: () => SocketRecord | undefined;
  readonly send: (message: SocketMessage) => void;
  /** Says a last word, and goes. */
  readonly dismiss: () => void;
  /** Ends it at once, without a word. */
  readonly drop: () => void;
}

/** What a client's hub is told. */
export interface MemberListener {
  /** There may be a record. */
  readonly readable: () => void;
  /** It is gone, and whatever it had still to say has been read. Told once. */
  readonly gone: () => void;
}

const GOODBYE = frameMessage({ kind: "down" });
/** How long a client has to hear it, in milliseconds. */
const GOODBYE_MS = 1000;

/**
 * Says that there is no link for it, and ends the connection: when the client has, or a moment
 * later. Bun resets what is destroyed at once, and the word would be lost.
 */
export const turnAway = (socket: Socket): void => {
  const timer = setTimeout(() => socket.destroy(), GOODBYE_MS);
  socket.once("close", () => clearTimeout(timer));
  socket.on("error", () => undefined);
  socket.end(GOODBYE);
  socket.resume(); // or its end would not be seen
};

/** How far a client's connection has come. */
interface State {
  readonly socket: Socket;
  readonly reader: MessageReader;
  readonly listener: MemberListener;
  /** It says no more. */
  isEnded: boolean;
  isGone: boolean;
}

const leave = (state: State): void => {
  if (state.isGone) return;
  state.isGone = true;
  state.socket.destroy();
  state.listener.gone();
};

const next = (state: State): SocketRecord | undefined => {
  if (state.isGone) return undefined;
  const { reader, socket } = state;
  const found = reader.next();
  if (found.kind === "message" && found.message.kind === "record") {
    if (socket.isPaused() && reader.held() < HELD_LIMIT) socket.resume();
    return found.message;
  }
  const hasMore = found.kind === "nothing" && !state.isEnded;
  if (!hasMore) leave(state);
  return undefined;
};

const send = (state: State, message: SocketMessage): void => {
  const { socket, isEnded, isGone } = state;
  if (isGone) return;
  if (socket.writableLength > UNSENT_LIMIT) leave(state);
  else if (!isEnded) socket.write(frameMessage(message));
};

const dismiss = (state: State): void => {
  if (state.isGone) return;
  state.isGone = true;
  turnAway(state.socket);
  state.listener.gone();
};

const hear = (state: State, bytes: Uint8Array): void => {
  const { isGone, listener, reader, socket } = state;
  if (isGone) return;
  reader.push(bytes);
  if (reader.held() >= HELD_LIMIT) socket.pause();
  listener.readable();
};

/** A client that has just connected. */
export const createMember = (socket: Socket, listener: MemberListener): Member => {
  const reader = createMessageReader(SOCKET_LIMITS.fromClient);
  const state: State = { socket, reader, listener, isEnded: false, isGone: false };
  socket.on("data", (bytes: Buffer) => hear(state, bytes));
  socket.on("end", () => {
    state.isEnded = true;
    if (!state.isGone) listener.readable();
  });
  socket.on("error", () => leave(state));
  socket.on("close", () => {
    if (!state.isEnded) leave(state);
  });
  return {
    next: () => next(state),
    send: (message) => send(state, message),
    dismiss: () => dismiss(state),
    drop: () => leave(state),
  };
};
