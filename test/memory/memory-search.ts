/** The whole of it: known secrets, a process, and the copies that were found. */
import type { Catalogue } from "./catalogue.ts";
import { type Copy, copiesOf } from "./copies.ts";
import { type MemoryScan, scanProcess } from "./process-memory.ts";
import { type TallyRow, tallyOf } from "./tally.ts";

/** What was found of the secrets in a process. */
export interface MemorySearch extends Omit<MemoryScan, "hits"> {
  readonly copies: readonly Copy[];
  readonly rows: readonly TallyRow[];
}

/** Stops the process, searches its memory for all of a catalogue, and lets it go on. */
export const searchMemory = (pid: number, catalogue: Catalogue): MemorySearch => {
  const { hits, ...scan } = scanProcess(pid, catalogue.table.search, { stop: true });
  const copies = copiesOf(catalogue, hits);
  return { ...scan, copies, rows: tallyOf(copies) };
};
