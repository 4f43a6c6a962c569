/** `mayfly demo` as a process, and what it leaves on the machine. */
import { expect } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { isAlive } from "./emulating.ts";
import { environmentOf, eventsOf, type JsonEvent, MAYFLY, type Run } from "./mayfly.ts";

/** A demo that runs, with temporary files in a folder of its own. */
export const startDemo = (home: string, ...words: readonly string[]) => {
  return Bun.spawn([process.execPath, MAYFLY, "demo", ...words], {
    cwd: home,
    env: { ...environmentOf(home), TMPDIR: home },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
};

/** Runs a demo to its end. */
export const runDemo = async (home: string, ...words: readonly string[]): Promise<Run> => {
  const child = startDemo(home, ...words);
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { stdout, stderr, code };
};

const isOfHome = (pid: string, home: string): boolean => {
  try {
    const environment = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
    return environment.includes(`MAYFLY_HOME=${home}`);
  } catch {
    return false; // gone meanwhile, or another user's
  }
};

/** The processes that were started for this home; Linux only. */
const processesOf = (home: string): readonly string[] =>
  readdirSync("/proc").filter((name) => /^\d+$/.test(name) && isOfHome(name, home));

/** No process of this home and none of the demo's folders is left. */
export const expectNothingLeft = (home: string): void => {
  expect(processesOf(home)).toEqual([]);
  expect(readdirSync(home).filter((name) => name.startsWith("mayfly-demo"))).toEqual([]);
};

/** No signer of the last line lives. */
export const expectSignersGone = ({ devices }: JsonEvent): void => {
  if (!Array.isArray(devices)) throw new Error("no devices");
  for (const { pid } of devices) expect(isAlive(Number(pid))).toBe(false);
};

const idOf = (withdrawal: unknown): string =>
  typeof withdrawal === "object" && withdrawal !== null && "id" in withdrawal
    ? String(withdrawal.id)
    : "";

/** The verdicts, by request. */
export const verdictsOf = (run: Run): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    eventsOf(run)
      .filter(({ event }) => event === "screened")
      .map(({ withdrawal, verdict }) => [idOf(withdrawal), verdict]),
  );
