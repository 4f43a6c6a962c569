/**
 * What the emulator still has to send. Like a UART's it is bounded and it may lose bytes, but it
 * never blocks: while the reader is slow, bytes wait here, and what does not fit is dropped.
 */
import { writeSome } from "./libc.ts";

/** 64 KiB: two windows of eight frames of 4 KiB. */
const QUEUE_BYTES = 65_536;
/** Two frames of the largest size: more is not asked for while so much waits. */
const ROOM_BYTES = 8192;
/** Tries that only give way to other work, before a full terminal is waited for with a timer. */
const QUICK_TRIES = 20;
/** The timer's step, in milliseconds. */
const RETRY_MS = 2;

/** A bounded queue in front of a master. */
export interface SendQueue {
  /** Takes a copy of the bytes, or drops them all where they do not fit. */
  readonly push: (bytes: Uint8Array) => void;
  /** Whether little waits. */
  readonly hasRoom: () => boolean;
  /** Calls `action` when some of what waited has left. */
  readonly onRoom: (action: () => void) => void;
  /** Counts bytes that had nowhere to go. */
  readonly drop: (length: number) => void;
  /** Drops what waits. */
  readonly clear: () => void;
  readonly droppedBytes: () => number;
}

/** Calls `action` once, sooner after few tries than after many; the result cancels it. */
const later = (tries: number, action: () => void): (() => void) => {
  if (tries < QUICK_TRIES) {
    const turn = setImmediate(action);
    return () => clearImmediate(turn);
  }
  const timer = setTimeout(action, RETRY_MS);
  return () => clearTimeout(timer);
};

/** Makes the queue of a master that stays open until the queue's last `clear`. */
export const createSendQueue = (master: number): SendQueue => {
  let waiting: readonly Uint8Array[] = [];
  let [waitingBytes, dropped, tries] = [0, 0, 0];
  let [cancelRetry, onRoom]: ((() => void) | undefined)[] = [];
  const clear = (): void => {
    cancelRetry?.();
    cancelRetry = undefined;
    dropped += waitingBytes;
    waiting = [];
    waitingBytes = 0;
    tries = 0;
  };

  const hasRoom = (): boolean => waitingBytes < ROOM_BYTES;
  const retry = (): void => {
    cancelRetry = undefined;
    flush();
    if (hasRoom()) onRoom?.();
  };

  /** Writes from the front; true while the terminal takes bytes and some are left. */
  const writeFront = (): boolean => {
    const [first, ...others] = waiting;
    if (first === undefined) return false;
    const written = writeSome(master, first);
    waitingBytes -= written;
    waiting = written < first.length ? [first.subarray(written), ...others] : others;
    tries = written > 0 ? 0 : tries + 1;
    return written > 0 && waitingBytes > 0;
  };

  const flush = (): void => {
    try {
      while (writeFront());
      if (waitingBytes > 0) cancelRetry = later(tries, retry);
    } catch {
      clear(); // The other end is gone: the cable's watch reports it.
    }
  };

  const push = (bytes: Uint8Array): void => {
    if (waitingBytes + bytes.length > QUEUE_BYTES) {
      dropped += bytes.length;
      return;
    }
    waiting = [...waiting, bytes.slice()];
    waitingBytes += bytes.length;
    if (cancelRetry === undefined) flush();
  };

  return {
    push,
    hasRoom,
    onRoom: (action) => {
      onRoom = action;
    },
    drop: (length) => {
      dropped += length;
    },
    clear,
    droppedBytes: () => dropped,
  };
};
