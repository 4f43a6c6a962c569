/**
 * Another process's memory, searched from outside: every page that is present or swapped, of
 * every mapping whatever its protection, through /proc/PID/mem. What the kernel keeps even from
 * root (memfd_secret) is counted and named. Not searched are the kernel's own pages, registers,
 * and pages that no page table of the process has, such as those of a file it never touched.
 */
import { closeSync, openSync, readSync } from "node:fs";
import { PAGE_BYTES, presentRuns, type Run } from "./page-map.ts";
import { PATTERN_BYTES, type PatternTable } from "./pattern-table.ts";
import { askingOf, codeOf } from "./proc-errors.ts";
import { listRegions, type Region } from "./regions.ts";
import { whileStopped } from "./stopping.ts";

/** A pattern that stands in memory. */
export interface Hit {
  readonly address: number;
  /** As the table that was searched for numbers it. */
  readonly pattern: number;
  /** Where its last byte lies. */
  readonly region: Region;
}

/** What was found, and how much was looked at. */
export interface MemoryScan {
  /** By address. */
  readonly hits: readonly Hit[];
  readonly scannedBytes: number;
  /** Present in the process and kept from the reader. */
  readonly unreadableBytes: number;
  /** The same by the region's name. */
  readonly unreadable: ReadonlyMap<string, number>;
  /** Given up by the process between listing and reading. */
  readonly vanishedBytes: number;
}

/** Read at once. */
const CHUNK_BYTES = 1 << 20;
/** Kept from one chunk to the next, so that what lies across their border is found. */
const OVERLAP_BYTES = PATTERN_BYTES - 1;

/** Searches chunks, and across the border of two that follow one another. */
const createFinder = (search: PatternTable["search"]) => {
  const hits: Hit[] = [];
  const buffer = new Uint8Array(OVERLAP_BYTES + CHUNK_BYTES);
  let end = Number.NaN;
  return {
    hits,
    /** Where the next chunk goes. */
    room: buffer.subarray(OVERLAP_BYTES),
    /** Searches `length` bytes of the room, which come from this address. */
    take: (address: number, length: number, region: Region): void => {
      const before = address === end ? OVERLAP_BYTES : 0;
      const first = address - before;
      search(buffer.subarray(OVERLAP_BYTES - before), before + length, (offset, pattern) => {
        hits.push({ address: first + offset, pattern, region });
      });
      buffer.copyWithin(0, length, length + OVERLAP_BYTES);
      end = address + length;
    },
  };
};

/** The bytes read into the room; `undefined` where the kernel gives none at this address. */
const readAt = (memory: number, room: Uint8Array, run: Run): number | undefined => {
  try {
    return readSync(memory, room, 0, Math.min(room.length, run.end - run.start), run.start);
  } catch (error) {
    if (codeOf(error) === "EIO") return undefined;
    throw error;
  }
};

const isIn = (regions: readonly Region[], address: number): boolean =>
  regions.some(({ start, end }) => start <= address && address < end);

const createCounts = () => {
  const counts = { scannedBytes: 0, unreadableBytes: 0, vanishedBytes: 0 };
  const unreadable = new Map<string, number>();
  return {
    counts,
    unreadable,
    refuse: ({ name }: Region, bytes: number, isMapped: boolean): void => {
      if (!isMapped) {
        counts.vanishedBytes += bytes;
        return;
      }
      counts.unreadableBytes += bytes;
      unreadable.set(name, (unreadable.get(name) ?? 0) + bytes);
    },
  };
};

interface Reading {
  readonly pid: number;
  readonly memory: number;
  readonly finder: ReturnType<typeof createFinder>;
  readonly tally: ReturnType<typeof createCounts>;
}

/** Reads pages one after the other; where one gives nothing, the mappings are listed anew. */
const readRun = ({ pid, memory, finder, tally }: Reading, region: Region, run: Run): void => {
  let regions: readonly Region[] | undefined;
  for (let at = run.start; at < run.end; ) {
    const length = readAt(memory, finder.room, { start: at, end: run.end });
    if (length === 0) throw new Error(`process ${pid} ended while its memory was read`);
    if (length === undefined) {
      regions ??= listRegions(pid);
      tally.refuse(region, PAGE_BYTES, isIn(regions, at));
    } else {
      finder.take(at, length, region);
      tally.counts.scannedBytes += length;
    }
    at += length ?? PAGE_BYTES;
  }
};

const withFile = <T>(path: string, use: (descriptor: number) => T): T => {
  const descriptor = openSync(path, "r");
  try {
    return use(descriptor);
  } finally {
    closeSync(descriptor);
  }
};

const scanAll = (pid: number, search: PatternTable["search"]): MemoryScan => {
  const finder = createFinder(search);
  const tally = createCounts();
  const regions = listRegions(pid);
  if (regions.length === 0) throw new Error(`process ${pid} has ended`);
  withFile(`/proc/${pid}/mem`, (memory) => {
    withFile(`/proc/${pid}/pagemap`, (pageMap) => {
      const reading = { pid, memory, finder, tally };
      for (const region of regions) {
        for (const run of presentRuns(pageMap, region)) readRun(reading, region, run);
      }
    });
  });
  return { ...tally.counts, hits: finder.hits, unreadable: tally.unreadable };
};

/**
 * Searches a process's memory. With `stop` all of its threads are stopped meanwhile: without, what
 * moves while it is read may be missed or met twice. Throws one sentence where the process may
 * not be read, is not there, or ends meanwhile.
 */
export const scanProcess = (
  pid: number,
  search: PatternTable["search"],
  { stop = false }: { readonly stop?: boolean } = {},
): MemoryScan =>
  askingOf(pid, () =>
    stop ? whileStopped(pid, () => scanAll(pid, search)) : scanAll(pid, search),
  );
