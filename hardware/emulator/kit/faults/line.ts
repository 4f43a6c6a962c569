/** Faults of a line: what it does to what is on its way, once or for a while. */
import type { Clock } from "../../../../firmware/hal.ts";
import type { Direction, Meddler } from "../../lines/cable.ts";
import { SPOILS } from "./bytes.ts";
import type { Draws } from "./draws.ts";
import { STRIKES } from "./frames.ts";
import { atWrongRate, NOISES, piecesOf } from "./noise.ts";

/** Faults that hit some chunks: each write of an end is one. */
const CHUNK_KINDS = { ...SPOILS, ...STRIKES, ...NOISES };

/** Faults that last. */
const SPAN_KINDS = ["stall", "silence", "echo", "crawl", "wrong baud rate", "BREAK"] as const;

/** A fault that hits some chunks. */
export interface ChunkFault {
  readonly kind: keyof typeof CHUNK_KINDS;
  /** `toDevice` unless told. */
  readonly at?: Direction;
  /** Chunks that pass unharmed before it; none unless told. */
  readonly after?: number;
  /** How many it hits; one unless told. */
  readonly times?: number;
}

/** A fault that lasts for a while, from some chunk on. */
export interface SpanFault {
  readonly kind: (typeof SPAN_KINDS)[number] | "unplugged";
  readonly at?: Direction;
  readonly after?: number;
  /** 1,000 unless told. */
  readonly forMs?: number;
}

/** A fault of the line. */
export type LineFault = ChunkFault | SpanFault;

/** What faults of a line lay hands on. */
export interface FaultyLine {
  readonly clock: Clock;
  readonly draws: Draws;
  readonly meddle: (direction: Direction, meddler: Meddler) => () => void;
  readonly inject: (direction: Direction, bytes: Uint8Array) => void;
  readonly unplug: () => void;
  readonly plug: () => void;
}

const SPAN_MS = 1_000;
/** Milliseconds for each byte of a line that crawls. */
const CRAWL_MS = 1_000;

const opposite = (direction: Direction): Direction =>
  direction === "toDevice" ? "toHost" : "toDevice";

const isChunkKind = (kind: LineFault["kind"]): kind is ChunkFault["kind"] =>
  Object.hasOwn(CHUNK_KINDS, kind);

const isSpoil = (kind: ChunkFault["kind"]): kind is keyof typeof SPOILS =>
  Object.hasOwn(SPOILS, kind);

const isStrike = (kind: ChunkFault["kind"]): kind is keyof typeof STRIKES =>
  Object.hasOwn(STRIKES, kind);

const struck = (
  kind: ChunkFault["kind"],
  chunk: Uint8Array,
  draws: Draws,
): readonly Uint8Array[] | undefined => {
  if (isSpoil(kind)) return [SPOILS[kind](chunk, draws)];
  if (isStrike(kind)) return STRIKES[kind](chunk, draws);
  const cut = draws.below(chunk.length + 1);
  return [chunk.subarray(0, cut), ...piecesOf(NOISES[kind](draws)), chunk.subarray(cut)];
};

const armChunks = (
  { kind, at = "toDevice", after = 0, times = 1 }: ChunkFault,
  { draws, meddle }: FaultyLine,
  happened: () => void,
): (() => void) => {
  let [passing, left] = [after, times];
  return meddle(at, (chunk) => {
    if (left === 0 || chunk.length === 0) return undefined;
    passing -= 1;
    if (passing >= 0) return undefined;
    const chunks = struck(kind, chunk, draws);
    if (chunks === undefined) return undefined;
    left -= 1;
    happened();
    return chunks;
  });
};

/** What becomes of each chunk while a fault lasts, and what happens when it is over. */
interface Span {
  readonly take: Meddler;
  readonly end?: () => void;
}

/** Chunks wait until it is over. */
const stalled = (direction: Direction, { inject }: FaultyLine): Span => {
  const held: Uint8Array[] = [];
  return {
    take: (chunk) => {
      held.push(Uint8Array.from(chunk));
      return [];
    },
    end: () => {
      for (const chunk of held) inject(direction, chunk);
    },
  };
};

/** A byte a second; what is left when it is over comes at once. */
const crawling = (direction: Direction, { clock, inject }: FaultyLine): Span => {
  let waiting: number[] = [];
  let isOver = false;
  const step = (): void => {
    const byte = waiting.shift();
    if (byte === undefined || isOver) return;
    inject(direction, Uint8Array.of(byte));
    clock.after(CRAWL_MS, step);
  };
  return {
    take: (chunk) => {
      const isIdle = waiting.length === 0;
      waiting.push(...chunk);
      if (isIdle) clock.after(CRAWL_MS, step);
      return [];
    },
    end: () => {
      isOver = true;
      inject(direction, Uint8Array.from(waiting));
      waiting = [];
    },
  };
};

/** Each end hears itself. */
const echoing = (direction: Direction, { inject }: FaultyLine): Span => ({
  take: (chunk) => {
    inject(opposite(direction), chunk);
    return undefined;
  },
});

/** In the middle of a chunk, and back when it is over. */
const unplugged = ({ clock, draws, unplug, plug }: FaultyLine): Span => {
  let isOut = false;
  return {
    take: (chunk) => {
      if (isOut) return [];
      isOut = true;
      clock.after(0, unplug);
      return [chunk.subarray(0, draws.below(chunk.length))];
    },
    end: plug,
  };
};

const spanOf = (kind: SpanFault["kind"], direction: Direction, line: FaultyLine): Span => {
  switch (kind) {
    case "stall":
      return stalled(direction, line);
    case "silence":
      return { take: () => [] };
    case "echo":
      return echoing(direction, line);
    case "crawl":
      return crawling(direction, line);
    case "wrong baud rate":
      return { take: (chunk) => [atWrongRate(chunk, line.draws)] };
    case "BREAK":
      return { take: (chunk) => [new Uint8Array(chunk.length)] };
    case "unplugged":
      return unplugged(line);
  }
};

const armSpan = (
  { kind, at = "toDevice", after = 0, forMs = SPAN_MS }: SpanFault,
  line: FaultyLine,
  happened: () => void,
): (() => void) => {
  const span = spanOf(kind, at, line);
  let passing = after;
  let state: "waiting" | "lasting" | "over" = "waiting";
  const end = (): void => {
    if (state === "lasting") span.end?.();
    state = "over";
    stop();
  };
  const stop = line.meddle(at, (chunk) => {
    if (chunk.length === 0 || state === "over") return undefined;
    if (state === "waiting") {
      passing -= 1;
      if (passing >= 0) return undefined;
      state = "lasting";
      happened();
      line.clock.after(forMs, end);
    }
    return span.take(chunk);
  });
  return end;
};

/** Lies in wait; the result takes the fault back, or ends it. */
export const armLine = (fault: LineFault, line: FaultyLine, happened: () => void): (() => void) =>
  isChunk(fault) ? armChunks(fault, line, happened) : armSpan(fault, line, happened);

const isChunk = (fault: LineFault): fault is ChunkFault => isChunkKind(fault.kind);

/** Whether something is the name of a line's fault. */
export const isLineKind = (kind: unknown): kind is LineFault["kind"] =>
  typeof kind === "string" &&
  (Object.hasOwn(CHUNK_KINDS, kind) || [...SPAN_KINDS, "unplugged"].includes(kind));
