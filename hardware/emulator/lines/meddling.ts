/** Who meddles with bytes on their way: on a cable in memory, or on any other line. */
import type { Direction, Meddler } from "./cable.ts";

/** All who meddle with a line, either way. */
export interface Meddling {
  /** Changes what is on its way; the result ends it. Several do so one after the other. */
  readonly meddle: (direction: Direction, meddler: Meddler) => () => void;
  /** What arrives of some bytes: chunks that are not empty. */
  readonly pass: (direction: Direction, bytes: Uint8Array) => readonly Uint8Array[];
}

/** Nobody meddles yet. */
export const createMeddling = (): Meddling => {
  const all: Readonly<Record<Direction, Set<Meddler>>> = { toDevice: new Set(), toHost: new Set() };
  return {
    meddle: (direction, meddler) => {
      all[direction].add(meddler);
      return () => void all[direction].delete(meddler);
    },
    pass: (direction, bytes) => {
      let chunks: readonly Uint8Array[] = [bytes];
      for (const meddler of all[direction]) {
        chunks = chunks.flatMap((chunk) => meddler(chunk) ?? [chunk]);
      }
      return chunks.filter(({ length }) => length > 0);
    },
  };
};
