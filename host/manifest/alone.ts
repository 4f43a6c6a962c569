/** One tool at a time on a folder: what is read, compared and written there is nobody else's. */
import { closeSync, mkdirSync, openSync, statSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { type ErrorName, fail, type Outcome } from "../../protocol/errors.ts";

/** Milliseconds: work here takes a few, so a lock this old is of a tool that has died. */
const STALE_MS = 10_000;
const PATIENCE_MS = 15_000;
const PAUSE_MS = 10;

/** `true` once the lock is ours; throws for anything but that somebody else has it. */
const take = (lock: string): boolean => {
  try {
    closeSync(openSync(lock, "wx", 0o600));
    return true;
  } catch (thrown) {
    if (thrown instanceof Error && "code" in thrown && thrown.code === "EEXIST") return false;
    throw thrown;
  }
};

const removeStale = (lock: string): void => {
  const found = statSync(lock, { throwIfNoEntry: false });
  if (found !== undefined && Date.now() - found.mtimeMs > STALE_MS) unlinkSync(lock);
};

const pause = (): void => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
};

const takeInTime = (folder: string, lock: string): boolean => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const untilMs = Date.now() + PATIENCE_MS;
  while (!take(lock)) {
    if (Date.now() > untilMs) return false;
    removeStale(lock);
    pause();
  }
  return true;
};

const attempt = (folder: string, lock: string): string | undefined => {
  try {
    return takeInTime(folder, lock) ? undefined : "in use";
  } catch (thrown) {
    return thrown instanceof Error && "code" in thrown ? String(thrown.code) : "no folder";
  }
};

/** Does the work while no other tool does its own; `file_unreadable` where that cannot be. */
export const alone = <T, E extends ErrorName>(
  folder: string,
  work: () => Outcome<T, E>,
): Outcome<T, E | "file_unreadable"> => {
  const lock = join(folder, "lock");
  const why = attempt(folder, lock);
  if (why !== undefined) return fail("file_unreadable", { file: lock, why });
  try {
    return work();
  } finally {
    unlinkSync(lock);
  }
};
