/** Processes that measure, so that no case warms up or litters another's heap. */
import { join } from "node:path";
import { lineReader } from "../../memory/programs.ts";
import type { SampleName } from "./sample.ts";

/** How a process runs: Bun's default, or without the optimising tiers, as the device ships. */
export type Mode = "default" | "DFG off";

const DFG = { default: "1", "DFG off": "0" } as const;

/** One taking of a case. */
export interface Taken {
  /** By the clock on the wall. */
  readonly ms: number;
  /** Of the processors, all threads together. */
  readonly cpuMs: number;
  readonly answerBytes: number;
}

/** A process that measures. */
export interface Peer {
  /** Takes a case once, or one of several equal parts of it. */
  readonly measure: (
    title: string,
    sample: SampleName,
    part?: readonly [part: number, parts: number],
  ) => Promise<Taken>;
  readonly end: () => Promise<void>;
}

const readTaken = (line: string): Taken => {
  const numbers = line.split(",").map(Number);
  const [ms, cpuMs, answerBytes] = numbers;
  const isWhole = numbers.length === 3 && numbers.every(Number.isFinite);
  if (!isWhole || ms === undefined || cpuMs === undefined || answerBytes === undefined) {
    throw new Error(`a process that measures says: ${line}`);
  }
  return { ms, cpuMs, answerBytes };
};

/** Starts one on a folder of samples, its engine with so many threads. */
export const startPeer = (folder: string, mode: Mode, threads = 0): Peer => {
  const words = [process.execPath, join(import.meta.dir, "peer.ts"), folder, `${threads}`];
  const child = Bun.spawn(words, {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "inherit",
    env: { ...process.env, BUN_JSC_useDFGJIT: DFG[mode] },
  });
  const nextLine = lineReader(child.stdout);
  return {
    measure: async (title, { spend, inputs }, [part, parts] = [0, 1]) => {
      await child.stdin.write(`${[title, spend, inputs, part, parts].join(",")}\n`);
      await child.stdin.flush();
      return readTaken(await nextLine());
    },
    end: async () => {
      await child.stdin.end();
      await child.exited;
    },
  };
};
