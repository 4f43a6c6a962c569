/** The emulators that run under this home, as they list themselves there. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A running emulator. */
export interface RunningEmulator {
  readonly name: string;
  readonly path: string;
  readonly pid: number;
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false; // no such process, or one of another user: not ours either way
  }
};

const isRunningEmulator = (value: unknown): value is RunningEmulator =>
  typeof value === "object" &&
  value !== null &&
  "name" in value &&
  typeof value.name === "string" &&
  "path" in value &&
  typeof value.path === "string" &&
  "pid" in value &&
  Number.isSafeInteger(value.pid);

const readListing = (file: string): readonly RunningEmulator[] => {
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8"));
    return isRunningEmulator(value) && isAlive(value.pid) ? [value] : [];
  } catch {
    return []; // gone meanwhile, or not a listing
  }
};

/** All that are alive, by name. */
export const runningEmulators = (folder: string): readonly RunningEmulator[] => {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(".json"))
      .toSorted()
      .flatMap((name) => readListing(join(folder, name)));
  } catch {
    return []; // no emulator has run here yet
  }
};
