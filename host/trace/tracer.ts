/** What a trace shows, in the order in which it happened, live or from a recording. */
import type { Observe } from "../driver/driven-link.ts";
import { createTraceDecoder } from "./decoder.ts";
import type { CallItem, TraceItem } from "./item.ts";
import type { Recorded, Recording } from "./recording.ts";

/** Where items go. */
export type Show = (item: TraceItem) => void;

/** Shows what was recorded. */
export const createReplay = (show: Show): ((entry: Recorded) => void) => {
  const decoder = createTraceDecoder();
  return (entry) => {
    if (entry.kind === "call") show(entry);
    else for (const item of decoder.take(entry.direction, entry.bytes, entry.atMs)) show(item);
  };
};

/** A live trace. */
export interface Tracer {
  /** For the line: every byte of it. */
  readonly observe: Observe;
  /** A call of this program has its outcome. */
  readonly called: (call: Omit<CallItem, "kind" | "atMs">) => void;
}

/** How a live trace is made. */
export interface TracerOptions {
  readonly show: Show;
  readonly nowMs: () => number;
  readonly recording?: Recording;
  /** The recording has no place any more; told once. */
  readonly onFull?: () => void;
}

/** Tenths of a millisecond: what is shown, recorded and decoded is one and the same time. */
const rounded = (ms: number): number => Math.round(ms * 10) / 10;

/** A trace that begins now. */
export const createTracer = ({ show, nowMs, recording, onFull }: TracerOptions): Tracer => {
  const beganMs = nowMs();
  const replay = createReplay(show);
  let isFull = recording === undefined;
  const take = (entry: Recorded): void => {
    if (!isFull && recording?.add(entry) === false) {
      isFull = true;
      onFull?.();
    }
    replay(entry);
  };
  const atMs = (): number => rounded(nowMs() - beganMs);
  return {
    observe: (direction, bytes) => take({ kind: "bytes", atMs: atMs(), direction, bytes }),
    called: ({ name, id, ms, outcome }) =>
      take({ kind: "call", atMs: atMs(), name, id, ms: rounded(ms), outcome }),
  };
};
