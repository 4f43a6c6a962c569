/** Another process, for what only another process can show. */
import { join } from "node:path";
import { atEnd } from "./pty-fixture.ts";

/** A program of this folder that runs. */
export interface Child {
  /** The first line it printed. */
  readonly line: string;
  /** Ends it without warning. */
  readonly kill: () => Promise<void>;
}

const firstLine = async (stream: ReadableStream<Uint8Array>): Promise<string> => {
  let text = "";
  for await (const chunk of stream) {
    text += Buffer.from(chunk).toString();
    if (text.includes("\n")) break;
  }
  return text.split("\n")[0] ?? "";
};

/** Starts a program and waits for its first line. */
export const startChild = async (file: string, ...words: string[]): Promise<Child> => {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, file), ...words], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
  });
  const kill = async (): Promise<void> => {
    child.kill("SIGKILL");
    await child.exited;
  };
  atEnd(kill);
  return { line: await firstLine(child.stdout), kill };
};
