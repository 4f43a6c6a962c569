/**
 * Names of emulators, each held by one program at a time: by a lock that the kernel gives back
 * when the program ends, however it ends. A restart of the signer keeps its name.
 */
import { closeSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { lockDescriptor } from "#file-lock";
import { fail, type Outcome, ok } from "../../protocol/errors.ts";

/** The alphabet: the most emulators under one home. */
export const EMULATOR_NAMES: readonly string[] = Array.from({ length: 26 }, (_, i) =>
  String.fromCharCode(65 + i),
);

/** Names that this program holds until it releases them or ends. */
export interface HeldNames {
  readonly names: readonly string[];
  readonly release: () => void;
}

/** A descriptor that holds the name; `undefined` where another program has it. */
const hold = (folder: string, name: string): number | undefined => {
  const descriptor = openSync(join(folder, `${name}.lock`), "a", 0o600);
  try {
    lockDescriptor(descriptor);
    return descriptor;
  } catch {
    closeSync(descriptor);
    return undefined;
  }
};

/**
 * Holds the first `count` names that are free. `arguments_invalid` where there are fewer, and
 * `file_unreadable` where the folder takes no file.
 */
export const holdNames = (
  folder: string,
  count: number,
): Outcome<HeldNames, "arguments_invalid" | "file_unreadable"> => {
  const held = new Map<string, number>();
  const release = (): void => {
    for (const descriptor of held.values()) closeSync(descriptor);
    held.clear();
  };
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const name of EMULATOR_NAMES) {
      const descriptor = held.size < count ? hold(folder, name) : undefined;
      if (descriptor !== undefined) held.set(name, descriptor);
    }
  } catch {
    release();
    return fail("file_unreadable", { file: folder });
  }
  if (held.size === count) return ok({ names: [...held.keys()], release });
  const free = held.size;
  release();
  return fail("arguments_invalid", { option: "--count", why: `only ${free} names are free` });
};
