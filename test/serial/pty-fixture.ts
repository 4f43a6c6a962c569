/** Ptys and ports that end with their test, and bytes that a seed repeats. */
import { test } from "bun:test";
import {
  closeSync,
  constants,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openPty, type Pty } from "../../hardware/emulator/lines/pty.ts";
import { openPort, type Port } from "../../host/serial/index.ts";
import type { Outcome } from "../../protocol/errors.ts";

const endings: (() => unknown)[] = [];

/** Runs `ending` after the test, the last one first; for tests of this module only. */
export const atEnd = (ending: () => unknown): void => {
  endings.push(ending);
};

/** Not by a hook: a shared module's hooks hold for the first file that loads it alone. */
const thenEnd = (body: () => Promise<void>) => async (): Promise<void> => {
  try {
    await body();
  } finally {
    for (const ending of endings.splice(0).toReversed()) await ending();
  }
};

/** A test that ends what it began. */
export const endingTest = (claim: string, body: () => Promise<void>): void => {
  test(claim, thenEnd(body));
};

/** The same, with ptys: skipped without /dev/ptmx. Its name begins with `pty`. */
export const ptyTest = (claim: string, body: () => Promise<void>): void => {
  test.skipIf(!existsSync("/dev/ptmx"))(`pty: ${claim}`, thenEnd(body));
};

/** A folder for this test. */
export const testFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "mayfly-serial-"));
  atEnd(() => rmSync(folder, { recursive: true }));
  return folder;
};

/** The value of an outcome that must be one. */
export const unwrap = <T>(outcome: Outcome<T>): T => {
  if (outcome.ok) return outcome.value;
  throw new Error(`refused: ${outcome.error} ${JSON.stringify(outcome.details)}`);
};

/** A pty for this test. */
export const testPty = (linkPath?: string): Pty => {
  const pty = unwrap(openPty(linkPath));
  atEnd(pty.close);
  return pty;
};

/** An open port for this test. */
export const testPort = async (path: string): Promise<Port> => {
  const port = unwrap(await openPort(path));
  atEnd(port.close);
  return port;
};

/** The events of a pty's cable, as they come. */
export const cableEvents = (pty: Pty): readonly boolean[] => {
  const events: boolean[] = [];
  pty.onCable((attached) => events.push(attached));
  return events;
};

/** Waits until `condition` holds; fails after 5 s, which is no measure of anything. */
export const until = async (claim: string, condition: () => boolean): Promise<void> => {
  const deadline = performance.now() + 5000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`never came true: ${claim}`);
    await Bun.sleep(1);
  }
};

/** How many descriptors this process has open. */
export const descriptorCount = (): number => readdirSync("/proc/self/fd").length;

/** A program that knows nothing of us. */
export interface Stranger {
  readonly fd: number;
  readonly close: () => void;
}

/** Opens the slave as a plain file. */
export const openAsStranger = (path: string): Stranger => {
  const fd = openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  let isOpen = true;
  const close = (): void => {
    if (isOpen) closeSync(fd);
    isOpen = false;
  };
  atEnd(close);
  return { fd, close };
};

/** What a stranger can read just now; empty where nothing waits. */
export const readNow = ({ fd }: Stranger): string => {
  const buffer = Buffer.alloc(4096);
  try {
    return buffer.toString("latin1", 0, readSync(fd, buffer));
  } catch {
    return "";
  }
};

/** What a promise rejects with; `undefined` where it does not. */
export const rejectionOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

/** Gathers bytes as text. */
export const gather = (): { readonly add: (bytes: Uint8Array) => void; text: () => string } => {
  let text = "";
  return {
    add: (bytes) => {
      text += Buffer.from(bytes).toString("latin1");
    },
    text: () => text,
  };
};
