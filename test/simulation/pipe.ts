/**
 * One direction of a serial line in virtual time: bytes leave at the line's rate and arrive in
 * order. It is perfect by itself; whoever meddles sees each chunk as it leaves, and says what
 * becomes of it.
 */
import type { Chance } from "./chance.ts";
import type { World } from "./world.ts";

/** What a line is like, both ways. */
export interface LineNature {
  readonly bytesPerMs: number;
  readonly latencyMs: number;
  /** What has arrived is handed over at the ticks of such a timer; 0 at once. */
  readonly latencyTimerMs: number;
  /** How often a chunk is handed over in two pieces. */
  readonly splits: number;
  /** Bytes that the writer's buffer takes before a write waits. */
  readonly buffer: number;
}

/** What becomes of a chunk: other chunks in its place; `undefined` leaves it as it is. */
export type Meddler = (chunk: Uint8Array) => readonly Uint8Array[] | undefined;

/** One direction. */
export interface Pipe {
  /** Resolves when the writer's buffer has room again. */
  readonly write: (bytes: Uint8Array, atMs: number) => Promise<void>;
  /** Bytes written that have not left. */
  readonly queued: () => number;
  /** Puts bytes on the line that no end has written. */
  readonly inject: (bytes: Uint8Array) => void;
  /** The result stops it, and so does the end of the faults, unless it is `lasting`. */
  readonly meddle: (meddler: Meddler, life?: "lasting") => () => void;
  /** Sees what arrives; the result stops it. */
  readonly tap: (action: (bytes: Uint8Array) => void) => () => void;
  /** Nothing arrives for so long, and then all of it. */
  readonly stall: (ms: number) => void;
  /** Byte for byte, at another rate; without one as it was. */
  readonly slow: (bytesPerMs?: number) => void;
  /** What was written and has not arrived is lost. */
  readonly clear: () => void;
  /** No fault is left, but what was broken stays so. */
  readonly heal: () => void;
}

/** Where a pipe ends. */
export interface PipeEnds {
  readonly deliver: (bytes: Uint8Array) => void;
  readonly onLeft: () => void;
}

interface Waiting {
  bytes: Uint8Array;
}

const joined = (pieces: readonly Uint8Array[]): Uint8Array =>
  pieces.length === 1 && pieces[0] !== undefined
    ? pieces[0]
    : Uint8Array.from(Buffer.concat(pieces));

/** How far writers have got: each write is taken once so many bytes have left. */
const createWriters = (buffer: number) => {
  let waiting: { readonly at: number; readonly resolve: () => void }[] = [];
  let written = 0;
  let left = 0;
  const tell = (): void => {
    const taken = waiting.filter(({ at }) => at <= left);
    if (taken.length === 0) return;
    waiting = waiting.slice(taken.length);
    for (const { resolve } of taken) resolve();
  };
  return {
    queued: () => written - left,
    write: (length: number): Promise<void> => {
      written += length;
      if (written - buffer <= left) return Promise.resolve();
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.push({ at: written - buffer, resolve });
      return promise;
    },
    leave: (length: number): void => {
      left += length;
      tell();
    },
    clear: (): void => {
      left = written;
      tell();
    },
  };
};

/** What is on its way, in order. */
const createArrivals = (world: World, deliver: (bytes: Uint8Array) => void) => {
  let arrivals: { readonly bytes: Uint8Array; readonly dueMs: number }[] = [];
  let heldUntilMs = 0;
  let stopTimer: () => void = () => undefined;
  const arrive = (): void => {
    const due = arrivals.filter(({ dueMs }) => dueMs <= world.nowMs());
    arrivals = arrivals.slice(due.length);
    schedule();
    if (due.length > 0) deliver(joined(due.map(({ bytes }) => bytes)));
  };
  const schedule = (): void => {
    stopTimer();
    const [first] = arrivals;
    if (first === undefined) return;
    stopTimer = world.after(Math.max(first.dueMs, heldUntilMs) - world.nowMs(), arrive);
  };
  return {
    add: (bytes: Uint8Array, dueMs: number): void => {
      const last = arrivals.at(-1)?.dueMs ?? 0;
      arrivals.push({ bytes, dueMs: Math.max(last, dueMs) });
      if (arrivals.length === 1) schedule();
    },
    hold: (untilMs: number): void => {
      heldUntilMs = untilMs;
      schedule();
    },
    clear: (): void => {
      arrivals = [];
      schedule();
    },
  };
};

/** A pipe without faults. */
export const createPipe = (
  world: World,
  nature: LineNature,
  chance: Chance,
  { deliver, onLeft }: PipeEnds,
): Pipe => {
  const { bytesPerMs, latencyMs, latencyTimerMs } = nature;
  const writers = createWriters(nature.buffer);
  const meddlers = new Map<Meddler, "lasting" | "passing">();
  const taps = new Set<(bytes: Uint8Array) => void>();
  let waiting: Waiting[] = [];
  let rate = bytesPerMs;
  let finishSending: (() => void) | undefined;
  let era = 0;

  const arrivals = createArrivals(world, (bytes) => {
    for (const action of taps) action(bytes);
    deliver(bytes);
  });
  const dueMs = (): number => {
    const atMs = world.nowMs() + latencyMs;
    return latencyTimerMs === 0 ? atMs : Math.ceil(atMs / latencyTimerMs) * latencyTimerMs;
  };
  const put = (chunk: Uint8Array): void => {
    const isSplit = chunk.length > 1 && chance.isLucky(nature.splits);
    const cut = isSplit ? chance.between(1, chunk.length - 1) : chunk.length;
    arrivals.add(chunk.subarray(0, cut), dueMs());
    if (isSplit) arrivals.add(chunk.subarray(cut), dueMs() + 0.05);
  };
  const leave = (chunk: Uint8Array): void => {
    let chunks: readonly Uint8Array[] = [chunk];
    for (const meddler of Array.from(meddlers.keys())) {
      chunks = chunks.flatMap((one) => meddler(one) ?? [one]).filter(({ length }) => length > 0);
    }
    for (const one of chunks) put(one);
  };
  const transmit = (): void => {
    const [head] = waiting;
    if (head === undefined || finishSending !== undefined) return;
    const isSlow = rate !== bytesPerMs;
    const piece = isSlow ? head.bytes.subarray(0, 1) : head.bytes;
    const finish = (): void => {
      if (finishSending !== finish) return; // it was cut off
      stopTimer();
      finishSending = undefined;
      head.bytes = head.bytes.subarray(piece.length);
      if (head.bytes.length === 0) waiting.shift();
      if (isSlow) arrivals.add(piece, dueMs());
      else leave(piece);
      writers.leave(piece.length);
      transmit();
      onLeft();
    };
    finishSending = finish;
    const stopTimer = world.after(piece.length / rate, finish);
  };
  return {
    write: (bytes, atMs) => {
      const [copy, now] = [{ bytes: Uint8Array.from(bytes) }, era];
      world.after(atMs - world.nowMs(), () => {
        if (era !== now) return;
        waiting.push(copy);
        transmit();
      });
      return writers.write(bytes.length);
    },
    queued: writers.queued,
    inject: (bytes) => arrivals.add(bytes, dueMs()),
    meddle: (meddler, life) => {
      meddlers.set(meddler, life ?? "passing");
      return () => void meddlers.delete(meddler);
    },
    tap: (action) => {
      taps.add(action);
      return () => void taps.delete(action);
    },
    stall: (ms) => arrivals.hold(world.nowMs() + ms),
    slow: (slowRate = bytesPerMs) => {
      rate = slowRate;
    },
    clear: () => {
      era += 1;
      waiting = [];
      finishSending = undefined;
      arrivals.clear();
      writers.clear();
    },
    heal: () => {
      for (const [meddler, life] of meddlers) if (life === "passing") meddlers.delete(meddler);
      rate = bytesPerMs;
      arrivals.hold(0);
      finishSending?.();
    },
  };
};
