/** Other people's CDDL libraries, in the Python that MAYFLY_PYTHON names, or `python3`. */
import { join } from "node:path";

const PYTHON = Bun.env["MAYFLY_PYTHON"] ?? "python3";
const SCRIPT = join(import.meta.dir, "cddl/judge.py");

const listOf = (text: string): readonly unknown[] => {
  const read: unknown = JSON.parse(text);
  return Array.isArray(read) ? read : [];
};

const findJudges = (): readonly string[] => {
  if (Bun.which(PYTHON) === null) return [];
  const { stdout, success } = Bun.spawnSync([PYTHON, SCRIPT]);
  return success ? listOf(stdout.toString()).map(String) : [];
};

/** Which of them are there. */
export const JUDGES: readonly string[] = findJudges();

/** Bytes, and the rule of the CDDL that they are held to. */
export interface Ask {
  readonly rule: string;
  readonly bytes: Uint8Array;
}

/** Whether each of the bytes fits its rule, says one of the libraries. */
export const askJudge = async (
  judge: string,
  cddl: string,
  asks: readonly Ask[],
): Promise<readonly boolean[]> => {
  const work = { cddl, asks: asks.map(({ rule, bytes }) => [rule, bytes.toHex()]) };
  const child = Bun.spawn([PYTHON, SCRIPT, judge], {
    stdin: new Blob([JSON.stringify(work)]),
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  if ((await child.exited) !== 0) throw new Error(`${judge} failed: ${err}`);
  return listOf(out).map((fits) => fits === true);
};
