/** Which pages of a mapping hold anything: /proc/PID/pagemap. */
import { existsSync, readFileSync, readSync } from "node:fs";

/** What the kernel tells a program at its start: pairs of 64-bit words. */
const AUXILIARY_VECTOR = "/proc/self/auxv";
/** AT_PAGESZ of elf.h. */
const PAGE_SIZE_ENTRY = 6n;
const USUAL_PAGE_BYTES = 4096;

const readPageSize = (): number => {
  if (!existsSync(AUXILIARY_VECTOR)) return USUAL_PAGE_BYTES;
  const words = new BigUint64Array(Uint8Array.from(readFileSync(AUXILIARY_VECTOR)).buffer);
  const at = words.findIndex((word, i) => i % 2 === 0 && word === PAGE_SIZE_ENTRY);
  return Number(words[at + 1] ?? USUAL_PAGE_BYTES);
};

/** How long a page is: 4 KiB on x86-64, and 16 or 64 on some arm64. */
export const PAGE_BYTES: number = readPageSize();

const ENTRY_BYTES = 8;
/** Entries read at once: 256 MiB of addresses and more. */
const BATCH = 1 << 16;

/** Pages one after the other; the end is exclusive. */
export interface Run {
  readonly start: number;
  readonly end: number;
}

/** Bits 63 and 62 of an entry, seen from its upper half: present, swapped. */
const holdsPage = (upperHalf: number): boolean => upperHalf >>> 30 !== 0;

/** Adds a page to the runs: the last one grows where it ends at the page. */
const addPage = (runs: { start: number; end: number }[], start: number): void => {
  const last = runs.at(-1);
  if (last?.end === start) last.end += PAGE_BYTES;
  else runs.push({ start, end: start + PAGE_BYTES });
};

/** The pages of a range that are present or swapped; `descriptor` is of the open page map. */
export const presentRuns = (descriptor: number, { start, end }: Run): readonly Run[] => {
  const runs: { start: number; end: number }[] = [];
  const entries = new Uint32Array(BATCH * 2);
  for (let at = start; at < end; at += BATCH * PAGE_BYTES) {
    const pages = Math.min(BATCH, (end - at) / PAGE_BYTES);
    const position = (at / PAGE_BYTES) * ENTRY_BYTES;
    const got = readSync(descriptor, entries, 0, pages * ENTRY_BYTES, position);
    for (let page = 0; page < got / ENTRY_BYTES; page += 1) {
      if (holdsPage(entries[page * 2 + 1] ?? 0)) addPage(runs, at + page * PAGE_BYTES);
    }
  }
  return runs;
};
