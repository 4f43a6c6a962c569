/**
 * Processes that measure, one for each setting of the optimising JIT: a setting holds for a whole
 * process. Each has its own empty folder for SoftHSM2's tokens, removed when it ends.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** How a process runs: Bun's default, or without the optimising tiers, as the device ships. */
export type Mode = "default" | "DFG off";

/** A process that measures. */
export interface Peer {
  readonly mode: Mode;
  readonly titles: readonly string[];
  /** Steps a second of the case at a place in `titles`, over so long. */
  readonly measure: (at: number, sliceMs: number) => Promise<number>;
  readonly end: () => Promise<void>;
}

const DFG = { default: "1", "DFG off": "0" } as const;

const makeTokenFolder = async () => {
  const folder = await mkdtemp(join(tmpdir(), "mayfly-bench-"));
  const config = join(folder, "softhsm2.conf");
  const settings = [`directories.tokendir = ${folder}`, "objectstore.backend = file"];
  await writeFile(config, settings.join("\n"));
  return { config, remove: () => rm(folder, { recursive: true, force: true }) };
};

const isTitles = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((one) => typeof one === "string");

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of stream) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}

const spawn = (config: string, mode: Mode) => {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "peer.ts")], {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "inherit",
    env: { ...process.env, SOFTHSM2_CONF: config, BUN_JSC_useDFGJIT: DFG[mode] },
  });
  const lines = linesOf(child.stdout);
  return {
    say: (line: string) => child.stdin.write(line),
    hear: async (): Promise<string> => {
      const { value } = await lines.next();
      if (value === undefined) throw new Error("a process that measures has ended");
      return value;
    },
    end: async (): Promise<void> => {
      await child.stdin.end();
      await child.exited;
    },
  };
};

/** Starts a process that measures; it is to be ended, and its folder goes with it. */
export const startPeer = async (mode: Mode): Promise<Peer> => {
  const { config, remove } = await makeTokenFolder();
  const { say, hear, end } = spawn(config, mode);
  const leave = async (): Promise<void> => {
    try {
      await end();
    } finally {
      await remove();
    }
  };
  try {
    const titles: unknown = JSON.parse(await hear());
    if (!isTitles(titles)) throw new Error("a process that measures says other things");
    return {
      mode,
      titles,
      measure: async (at, sliceMs) => {
        await say(`${at} ${sliceMs}\n`);
        return Number(await hear());
      },
      end: leave,
    };
  } catch (error) {
    await leave();
    throw error;
  }
};
