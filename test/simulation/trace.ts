/**
 * A run's trace: everything that happens, as one running hash, and, where somebody wants to read
 * it, the last events in words.
 */
import { decodeFrame, FLAGS, type Frame } from "../../protocol/frame/frame.ts";

/** The trace of a run. */
export interface Trace {
  /** Bytes that somebody wrote or that arrived. */
  readonly bytes: (atMs: number, who: string, bytes: Uint8Array) => void;
  readonly event: (atMs: number, what: string) => void;
  readonly hash: () => string;
  /** The last events, oldest first; none unless they are kept. */
  readonly lines: () => readonly string[];
}

const KEPT = 4_000;

const nameOf = ({ flags, type, seq, ack, window, epoch, payload }: Frame): string => {
  const marks = [
    (flags & FLAGS.handshake) === 0 ? "" : " handshake",
    (flags & FLAGS.retransmit) === 0 ? "" : " again",
  ].join("");
  const number = type === "data" ? ` #${seq}` : "";
  const place = `ack ${ack} window ${window} epoch ${epoch.toString(16)}`;
  return `${type}${number}${marks} ${place} (${payload.length} bytes)`;
};

/** Frames in words, and how many bytes are none. */
const inWords = (bytes: Uint8Array): string => {
  const words: string[] = [];
  let odd = 0;
  let start = 0;
  for (let end = bytes.indexOf(0); end !== -1; end = bytes.indexOf(0, start)) {
    const piece = bytes.subarray(start, end);
    const frame = piece.length === 0 ? undefined : decodeFrame(piece);
    if (frame === undefined) odd += piece.length;
    else words.push(nameOf(frame));
    start = end + 1;
  }
  odd += bytes.length - start;
  return [...words, ...(odd > 0 ? [`${odd} bytes of no frame`] : [])].join("; ") || "zeros";
};

/** An empty trace. `isKept` keeps the last events in words. */
export const createTrace = (isKept: boolean): Trace => {
  let hash = 0n;
  let lines: (() => string)[] = [];
  const keep = (atMs: number, words: () => string): void => {
    if (!isKept) return;
    lines.push(() => `${atMs.toFixed(2).padStart(12)} ms  ${words()}`);
    if (lines.length > 2 * KEPT) lines = lines.slice(-KEPT);
  };
  return {
    bytes: (atMs, who, bytes) => {
      hash = Bun.hash(bytes, hash ^ BigInt(Math.round(atMs * 1000)));
      if (!isKept) return;
      const copy = Uint8Array.from(bytes);
      keep(atMs, () => `${who}: ${inWords(copy)}`);
    },
    event: (atMs, what) => {
      hash = Bun.hash(what, hash ^ BigInt(Math.round(atMs * 1000)));
      keep(atMs, () => what);
    },
    hash: () => hash.toString(16).padStart(16, "0"),
    lines: () => lines.slice(-KEPT).map((words) => words()),
  };
};
