/** Where secrets may lie: the arena, OpenSSL's locked heap, the stack (proc_pid_smaps(5)). */
import { readFileSync } from "node:fs";

/** A stretch of addresses; the end is exclusive. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** The places of one process. */
export interface Places {
  /** The engine's locked pages, where they can be read at all. */
  readonly arena: readonly Stretch[];
  readonly lockedHeap: readonly Stretch[];
  readonly stack: readonly Stretch[];
}

interface Mapping extends Stretch {
  readonly name: string;
  readonly flags: ReadonlySet<string>;
}

const HEAD = /^([0-9a-f]+)-([0-9a-f]+) \S+ \S+ \S+ \S+ *(.*)$/mu;

const mappingOf = (block: string): readonly Mapping[] => {
  const [, from, to, name = ""] = HEAD.exec(block) ?? [];
  if (from === undefined || to === undefined) return [];
  const flags = /^VmFlags: (.*)$/mu.exec(block)?.[1]?.trim().split(" ") ?? [];
  const [start, end] = [Number.parseInt(from, 16), Number.parseInt(to, 16)];
  return [{ from: start, to: end, name, flags: new Set(flags) }];
};

/** dd: not dumped, dc: not copied on fork, wf: wiped on fork. Nobody else asks for all of these. */
const isArena = ({ flags }: Mapping): boolean =>
  flags.has("dd") && flags.has("dc") && flags.has("wf");

const isLockedHeap = (mapping: Mapping): boolean =>
  mapping.flags.has("dd") && mapping.flags.has("dc") && !isArena(mapping);

/** The places of a process now. */
export const placesOf = (pid: number): Places => {
  const smaps = readFileSync(`/proc/${pid}/smaps`, "latin1");
  const mappings = smaps.split(/\n(?=[0-9a-f]+-[0-9a-f]+ )/u).flatMap(mappingOf);
  return {
    arena: mappings.filter(isArena),
    lockedHeap: mappings.filter(isLockedHeap),
    stack: mappings.filter(({ name }) => name === "[stack]"),
  };
};

/** Whether an address lies in one of them. */
export const liesIn = (address: number, stretches: readonly Stretch[]): boolean =>
  stretches.some(({ from, to }) => from <= address && address < to);
