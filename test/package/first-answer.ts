/** From the start of a program to its emulator's first answer, as a user waits for it. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openClient, openPort } from "../../host/client/index.ts";

/** An emulator that answered. */
export interface FirstAnswer {
  /** From the program's start until its first line says that somebody listens. */
  readonly listensMs: number;
  /** From the program's start until the status is there. */
  readonly answersMs: number;
  /** The status, and the process's threads once it was given. */
  readonly engine: string;
  readonly firmwareDigest: string;
}

const listening = async (out: ReadableStream<Uint8Array>): Promise<void> => {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of out) {
    text += decoder.decode(chunk, { stream: true });
    if (text.includes('"listening"')) return;
  }
  throw new Error(`the program ended before it listened: ${text}`);
};

const statusAt = async (path: string) => {
  const client = await openClient({ open: openPort(path) });
  if (!client.ok) throw new Error(`no signer at ${path}: ${client.error}`);
  const status = await client.value.getStatus({});
  await client.value.close();
  if (!status.ok) throw new Error(`no status: ${status.error}`);
  return status.value;
};

/** Starts `mayfly emulate` by this command, asks its signer for its status, and ends it. */
export const firstAnswer = async (command: readonly string[]): Promise<FirstAnswer> => {
  const home = await mkdtemp(join(tmpdir(), "mayfly-answer-"));
  const began = performance.now();
  const child = Bun.spawn([...command, "emulate", "--json"], {
    env: { ...process.env, MAYFLY_HOME: home },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "ignore",
  });
  try {
    await listening(child.stdout);
    const listensMs = performance.now() - began;
    const { secrets, firmwareDigest } = await statusAt(join(home, "run", "A"));
    const answersMs = performance.now() - began;
    const { engine } = secrets;
    return { listensMs, answersMs, engine, firmwareDigest: firmwareDigest.toHex() };
  } finally {
    child.kill("SIGTERM");
    await child.exited;
    await rm(home, { recursive: true, force: true });
  }
};
