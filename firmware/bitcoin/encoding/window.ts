/**
 * Untrusted bytes that come in pieces. A window shows what has come and was not read yet; a parser
 * reads from its front, asks first whether enough is there, and rests where it is not. Nothing is
 * ever read beyond a boundary that the parser has set itself: what would cross it never comes.
 */
import type { Steps } from "../steps.ts";

/** What has come. Its reader moves `at`; nobody else does. */
export interface Window {
  bytes: Uint8Array;
  /** Over the same bytes, and perhaps beyond them. */
  view: DataView;
  /** Where they lie: one place for all pieces, as large as any of them with what was left. */
  room: Uint8Array;
  roomView: DataView;
  /** The next byte to be read. */
  at: number;
  /** Where what is being read has to end; Infinity outside of anything. */
  stop: number;
  /** Nothing more will come. */
  isClosed: boolean;
  /** Told of all that is read. */
  tap: Tap | undefined;
}

/** Takes what is read, in order, in stretches. */
export interface Tap {
  /** What was read before it, in the window as it is, was told. */
  from: number;
  readonly take: (stretch: Uint8Array) => void;
}

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength);

/** Nothing has come. */
export const createWindow = (): Window => {
  const bytes = new Uint8Array(0);
  const view = viewOf(bytes);
  const stop = Number.POSITIVE_INFINITY;
  const room = { room: bytes, roomView: view };
  return { bytes, view, ...room, at: 0, stop, isClosed: false, tap: undefined };
};

const tell = ({ tap, bytes, at }: Window): void => {
  if (tap === undefined || at === tap.from) return;
  tap.take(bytes.subarray(tap.from, at));
  tap.from = at;
};

/** From here on all that is read is told. */
export const openTap = (window: Window, take: Tap["take"]): void => {
  window.tap = { from: window.at, take };
};

/** How far a place in the window is behind what was told last. */
export const sinceTold = ({ tap }: Window, at: number): number => at - (tap?.from ?? at);

/** Tells what was read, and no more. */
export const closeTap = (window: Window): void => {
  tell(window);
  window.tap = undefined;
};

/** A room of so many bytes, larger than before where it has to be. */
const roomFor = (window: Window, length: number): Uint8Array => {
  if (window.room.length < length) {
    window.room = new Uint8Array(Math.max(length, 2 * window.room.length));
    window.roomView = viewOf(window.room);
  }
  return window.room;
};

/** Adds a piece, which may change afterwards: it is copied behind what was not read. */
export const pushBytes = (window: Window, piece: Uint8Array): void => {
  tell(window);
  const { bytes, at } = window;
  const rest = bytes.length - at;
  const room = roomFor(window, rest + piece.length);
  if (rest > 0) room.set(bytes.subarray(at));
  room.set(piece, rest);
  window.bytes = room.subarray(0, rest + piece.length);
  window.view = window.roomView;
  if (window.tap !== undefined) window.tap.from = 0;
  window.stop -= at;
  window.at = 0;
};

/** Whether so many bytes can be read now. */
export const has = ({ bytes, at, stop }: Window, count: number): boolean =>
  at + count <= bytes.length && at + count <= stop;

/** Whether so many bytes will never come: they cross the boundary, or nothing comes any more. */
export const isLost = ({ bytes, at, stop, isClosed }: Window, count: number): boolean =>
  at + count > stop || (isClosed && at + count > bytes.length);

/**
 * Waits for so many bytes, a small number; false where they will never come.
 *
 * @yields while they have not come
 */
export function* waitFor(window: Window, count: number): Steps<boolean> {
  while (!has(window, count)) {
    if (isLost(window, count)) return false;
    yield;
  }
  return true;
}

/** What `readCompactSize` gives for a size that has not come, and for one that is malformed. */
export const STARVED = -1;
/** The same: not in its shortest form, beyond 2^53 or beyond a boundary. */
export const MALFORMED = -2;

/** By its first byte: bytes of the number that follows, and the least that needs so many. */
const WIDTHS: Readonly<Record<number, readonly [bytes: number, least: number]>> = {
  253: [2, 0xfd],
  254: [4, 0x1_0000],
  255: [8, 0x1_0000_0000],
};
/** Below it a number is its own first byte. */
const ONE_BYTE = 0xfd;

/** A number of 8 bytes, little-endian: exact to 2^53, and above that still above it. */
export const uint64At = (view: DataView, at: number): number =>
  view.getUint32(at + 4, true) * 0x1_0000_0000 + view.getUint32(at, true);

const numberAt = (view: DataView, at: number, bytes: number): number => {
  if (bytes === 2) return view.getUint16(at, true);
  return bytes === 4 ? view.getUint32(at, true) : uint64At(view, at);
};

/** A number of more than one byte. */
const readWide = (window: Window, first: number): number => {
  const [bytes, least] = WIDTHS[first] ?? [8, 0];
  if (!has(window, 1 + bytes)) return isLost(window, 1 + bytes) ? MALFORMED : STARVED;
  const value = numberAt(window.view, window.at + 1, bytes);
  window.at += 1 + bytes;
  return value < least || value > Number.MAX_SAFE_INTEGER ? MALFORMED : value;
};

/**
 * Bitcoin's variable-length integer, in its shortest form only; `STARVED` moves nothing, so that
 * it can be read again when more has come.
 */
export const readCompactSize = (window: Window): number => {
  if (!has(window, 1)) return isLost(window, 1) ? MALFORMED : STARVED;
  const first = window.bytes[window.at] ?? 0;
  if (first >= ONE_BYTE) return readWide(window, first);
  window.at += 1;
  return first;
};
