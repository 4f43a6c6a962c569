/** A child that holds secrets in its memory, and how a test asks it. */
import { join } from "node:path";

/** A holder that is ready. */
export interface Holder {
  readonly pid: number;
  /** Has it let go of what can be let go. */
  readonly letGo: () => Promise<void>;
  readonly end: () => Promise<void>;
}

/** Lines of a stream; each call waits for the next. */
const lineReader = (stream: ReadableStream<Uint8Array>): (() => Promise<string>) => {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let text = "";
  return async () => {
    while (!text.includes("\n")) {
      const { done, value } = await reader.read();
      if (done) throw new Error(`a holder ended: ${text}`);
      text += decoder.decode(value, { stream: true });
    }
    const [line = "", ...rest] = text.split("\n");
    text = rest.join("\n");
    return line;
  };
};

/** Starts a program that holds secrets so: `WAY:NUMBER`, as `holder.ts` has them. */
export const startHolder = async (...words: readonly string[]): Promise<Holder> => {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "holder.ts"), ...words], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
  });
  const nextLine = lineReader(child.stdout);
  await nextLine();
  return {
    pid: child.pid,
    letGo: async () => {
      child.kill("SIGUSR1");
      await nextLine();
    },
    end: async () => {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
};
