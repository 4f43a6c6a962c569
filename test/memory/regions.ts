/** The mappings of a process: /proc/PID/maps. */
import { readFileSync } from "node:fs";

/** One mapping; addresses are in bytes, the end is exclusive. */
export interface Region {
  readonly start: number;
  readonly end: number;
  /** Such as `rw-p`. */
  readonly permissions: string;
  /** A file's path, a name such as `[stack]` or `[heap]`, or `anonymous`. */
  readonly name: string;
}

const LINE = /^([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \S+ *(.*)$/;

/** The kernel's own pages, the same in every process; the last lies above all safe integers. */
const KERNEL_PAGES: ReadonlySet<string> = new Set(["[vvar]", "[vvar_vclock]", "[vsyscall]"]);

const parseLine = (line: string): readonly Region[] => {
  const [, start, end, permissions, name] = LINE.exec(line) ?? [];
  if (start === undefined || end === undefined || permissions === undefined) return [];
  if (name !== undefined && KERNEL_PAGES.has(name)) return [];
  return [
    {
      start: Number.parseInt(start, 16),
      end: Number.parseInt(end, 16),
      permissions,
      name: name === undefined || name === "" ? "anonymous" : name,
    },
  ];
};

/** What a process has mapped, but for the kernel's own pages, by address; none if it has ended. */
export const listRegions = (pid: number): readonly Region[] =>
  readFileSync(`/proc/${pid}/maps`, "latin1").split("\n").flatMap(parseLine);
