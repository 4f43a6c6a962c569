/** A signer's process, and `mayfly emulate`, from their start until they can be called. */
import { join } from "node:path";
import { openClient } from "../../../host/driver/index.ts";
import { openPort } from "../../../host/serial/index.ts";

const TOP = join(import.meta.dir, "../../..");
const SIGNER = join(TOP, "hardware/emulator/main.ts");
const MAYFLY = join(TOP, "host/cli/main.ts");

/** As the supervisor starts it (`host/cli/emulators.ts`). */
const ENVIRONMENT = {
  native: { BUN_JSC_useDFGJIT: "0" },
  portable: {},
} as const;

/** Reads until a line tells of the event. */
const untilEvent = async (
  lines: ReadableStream<Uint8Array<ArrayBuffer>>,
  event: string,
): Promise<void> => {
  let text = "";
  for await (const piece of lines) {
    text += new TextDecoder().decode(piece);
    if (text.includes(`"event":"${event}"`)) return;
  }
  throw new Error(`no ${event}: ${text}`);
};

const askOnce = async (path: string): Promise<void> => {
  const client = await openClient({ open: () => openPort(path), reconnectMs: 0 });
  if (!client.ok) throw new Error(client.error);
  const status = await client.value.getStatus({});
  await client.value.close();
  if (!status.ok) throw new Error(status.error);
};

/** Milliseconds until a signer's process listens, and until it has answered. */
export const timeSigner = async (
  folder: string,
  engine: "native" | "portable",
  isSeeded: boolean,
): Promise<{ readonly listeningMs: number; readonly answerMs: number }> => {
  const link = join(folder, "signer");
  const settings = {
    name: "A",
    network: "regtest",
    approve: "auto",
    link,
    runFolder: folder,
    lastReason: "power",
    boot: 0,
    secrets: engine,
    ...(isSeeded ? { mnemonic: "agent ".repeat(12) } : {}),
  };
  const begunAt = performance.now();
  const child = Bun.spawn([process.execPath, SIGNER, link], {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "ignore",
    cwd: TOP,
    env: { PATH: process.env["PATH"] ?? "", ...ENVIRONMENT[engine] },
  });
  try {
    void child.stdin.write(`${JSON.stringify(settings)}\n`);
    await child.stdin.flush();
    await untilEvent(child.stdout, "listening");
    const listeningMs = performance.now() - begunAt;
    await askOnce(link);
    return { listeningMs, answerMs: performance.now() - begunAt };
  } finally {
    child.kill();
    await child.exited;
  }
};

/** `mayfly` from its sources. */
export const SOURCES: readonly string[] = [process.execPath, MAYFLY];

/** Builds the binaries of this machine, and gives the command that starts `mayfly`. */
export const buildBinary = async (folder: string): Promise<readonly string[]> => {
  const target = `linux-${process.arch}`;
  const words = ["--out", join(folder, "dist"), "--compile", "--target", target];
  const built = Bun.spawn([process.execPath, join(TOP, "test/package/build.ts"), ...words], {
    stdout: "ignore",
    stderr: "inherit",
  });
  if ((await built.exited) !== 0) throw new Error("the binaries are not built");
  return [join(folder, "dist-bin", target, "mayfly")];
};

/** Milliseconds until `mayfly emulate` says that it listens. */
export const timeEmulate = async (folder: string, mayfly: readonly string[]): Promise<number> => {
  const begunAt = performance.now();
  const child = Bun.spawn([...mayfly, "emulate", "--json"], {
    stdout: "pipe",
    stderr: "ignore",
    env: { ...process.env, MAYFLY_HOME: folder },
  });
  try {
    await untilEvent(child.stdout, "listening");
    return performance.now() - begunAt;
  } finally {
    child.kill();
    await child.exited;
  }
};
