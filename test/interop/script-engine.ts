/**
 * btcd's script engine as a third opinion on a signed transaction: every input is executed under
 * the standard rules. It needs Go, and the module proxy the first time.
 */

import { join } from "node:path";

/** A coin the transaction spends. */
export interface EnginePrevout {
  readonly txid: string;
  readonly vout: number;
  readonly amountSats: number;
  readonly scriptHex: string;
}

/** The engine's answer; `input` is the first that failed, -1 where nothing could be read. */
export interface EngineVerdict {
  readonly ok: boolean;
  readonly input?: number;
  readonly why?: string;
}

const FOLDER = join(import.meta.dir, "script-engine");

/** Whether Go is missing on this machine. */
export const isGoMissing = Bun.which("go") === null;

const isVerdict = (value: unknown): value is EngineVerdict =>
  typeof value === "object" && value !== null && "ok" in value && typeof value.ok === "boolean";

/**
 * Executes every input of a transaction; `undefined` where Go is missing. Throws where the program
 * cannot be built or says nothing.
 */
export const runScriptEngine = async (request: {
  readonly txHex: string;
  readonly prevouts: readonly EnginePrevout[];
}): Promise<EngineVerdict | undefined> => {
  const go = Bun.which("go");
  if (go === null) return undefined;
  const child = Bun.spawn([go, "run", "-buildvcs=false", "."], {
    cwd: FOLDER,
    stdin: new Blob([JSON.stringify(request)]),
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (code !== 0) throw new Error(`the script engine ended with ${code}: ${err}`);
  const verdict: unknown = JSON.parse(out);
  if (!isVerdict(verdict)) throw new Error("the script engine gave no verdict");
  return verdict;
};
