/** The threads of a signer's process, seen from outside (proc_pid_task(5)). */
import { readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";

/** Threads of a process that Bun started for workers. */
export const workersOf = (pid: number | undefined): number =>
  readdirSync(`/proc/${pid}/task`).filter(
    (tid) => readFileSync(`/proc/${pid}/task/${tid}/comm`, "latin1").trim() === "Worker",
  ).length;

/** How many a signer has unless told. */
export const usualWorkers = (): number => {
  const cores = availableParallelism();
  return cores > 1 ? Math.min(cores, 4) : 0;
};
