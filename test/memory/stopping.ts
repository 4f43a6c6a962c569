/** Stops another process, all of its threads, while something is done. */
import { readdirSync, readFileSync } from "node:fs";

/** A thread that is in the kernel may take a moment; one that waits for a disk, longer. */
const WAIT_MS = 5_000;
const LOOK_MS = 1;

/** Stopped, or traced, or ended. */
const STILL = /^[TtZXx]$/;

const stateOf = (pid: number, thread: string): string => {
  try {
    const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, "latin1");
    return stat.charAt(stat.lastIndexOf(")") + 2);
  } catch {
    return "X";
  }
};

/** Whether no thread of a process runs. */
export const isStopped = (pid: number): boolean =>
  readdirSync(`/proc/${pid}/task`).every((thread) => STILL.test(stateOf(pid, thread)));

const stop = (pid: number): void => {
  process.kill(pid, "SIGSTOP");
  const deadline = performance.now() + WAIT_MS;
  while (!isStopped(pid)) {
    if (performance.now() > deadline) throw new Error(`process ${pid} does not stop`);
    Bun.sleepSync(LOOK_MS);
  }
};

/**
 * Does it while the process is stopped, and lets the process go on afterwards, whatever happened;
 * one that was stopped already stays so.
 */
export const whileStopped = <T>(pid: number, act: () => T): T => {
  if (isStopped(pid)) return act();
  try {
    stop(pid);
    return act();
  } finally {
    process.kill(pid, "SIGCONT");
  }
};
