/** `mayfly` on a machine that lacks a library: in a mount namespace in which its file is empty. */
import { readFileSync } from "node:fs";
import { openLibraries } from "../../hardware/secrets/native/libraries.ts";
import { environmentOf, MAYFLY, type Run } from "./mayfly.ts";

/** Where the curve's library lies; empty where it is not here. */
const libraryPath = (): string => {
  if (!openLibraries().ok) return "";
  const maps = readFileSync("/proc/self/maps", "latin1");
  return /\S*\/libsecp256k1\.so\S*/u.exec(maps)?.[0] ?? "";
};

const hide = (path: string): string => `mount --bind /dev/null '${path}'`;

/** Whether a library cannot be hidden here: no mount namespaces, or no library. */
export const cannotHide = (): boolean => {
  const path = libraryPath();
  if (path === "") return true;
  return Bun.spawnSync(["unshare", "-m", "sh", "-c", hide(path)]).exitCode !== 0;
};

/** Runs it until it ends or for a while, then ends it; what it said. */
export const runWithoutLibrary = async (
  home: string,
  forMs: number,
  ...words: readonly string[]
): Promise<Run> => {
  const script = `${hide(libraryPath())} && exec "$@"`;
  const command = ["unshare", "-m", "sh", "-c", script, "sh", process.execPath, MAYFLY];
  const child = Bun.spawn([...command, ...words], {
    cwd: home,
    env: environmentOf(home),
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const timer = setTimeout(() => child.kill("SIGINT"), forMs);
  const [stdout, stderr] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  const code = await child.exited;
  clearTimeout(timer);
  return { code, stdout, stderr };
};
