/** What the kernel's own text files say (proc(5)), read from their texts alone. */

/** An area to which the kernel may write memory out. */
export interface Swap {
  /** As the kernel prints it, blanks as `\040`. */
  readonly path: string;
  /** `partition` or `file`; zram is a partition too. */
  readonly type: string;
}

const SWAPS_HEAD = /^Filename\s+Type\s/;

/** The areas of a text such as `/proc/swaps`: every line but its heading counts as one. */
export const swapsIn = (text: string): readonly Swap[] =>
  text
    .split("\n")
    .filter((line) => line.trim() !== "" && !SWAPS_HEAD.test(line))
    .map((line) => {
      const [path = "", type = ""] = line.trim().split(/\s+/);
      return { path, type };
    });

const fieldOf = (status: string, name: string): string | undefined =>
  status
    .split("\n")
    .find((line) => line.startsWith(`${name}:`))
    ?.slice(name.length + 1)
    .trim();

/** Locked memory in KiB, of a text such as `/proc/self/status`; 0 where it does not say. */
export const lockedKib = (status: string): number =>
  Number(/^\d+/.exec(fieldOf(status, "VmLck") ?? "")?.[0] ?? 0);

/** Whether a capability (linux/capability.h) is in effect, of a text as above. */
export const hasCapability = (status: string, capability: number): boolean => {
  const effective = fieldOf(status, "CapEff") ?? "";
  if (!/^[0-9a-f]+$/.test(effective)) return false;
  return ((BigInt(`0x${effective}`) >> BigInt(capability)) & 1n) === 1n;
};
