/**
 * The advisory lock of a file, where the call itself cannot be made: without Bun. The program
 * `flock` (util-linux) locks the very file that is open here, so that the lock stays when it ends.
 */
import { spawnSync } from "node:child_process";

/** The descriptor's number in the program. */
const SHARED = 3;

/** Takes the lock; throws where another open file holds it, or the program is not here. */
export const lockDescriptor = (fd: number): void => {
  const { status, error } = spawnSync("flock", ["--nonblock", `${SHARED}`], {
    stdio: ["ignore", "ignore", "ignore", fd],
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw Object.assign(new Error("flock: EAGAIN"), { code: "EAGAIN" });
};
