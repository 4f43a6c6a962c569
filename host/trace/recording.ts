/**
 * A recording: JSON lines of what crossed a line, `{"atMs","direction","bytes"}` with the raw
 * bytes in hex, and of the calls of the program that recorded. After the handshakes the bytes are
 * ciphertext; calls name no params.
 */
import { closeSync, openSync, writeSync } from "node:fs";
import { isHex } from "../../protocol/bytes.ts";
import { fail, type Outcome, ok } from "../../protocol/errors.ts";
import type { CallItem, Direction } from "./item.ts";

/** Bytes of a recording: half an hour of a busy line at 115,200 baud, and what is read back. */
export const RECORDING_LIMIT = 1 << 25;

/** Characters of one line: hex of the most that a line hands over at once. */
const LINE_LIMIT = 1 << 22;

/** One line of a recording. */
export type Recorded =
  | {
      readonly kind: "bytes";
      readonly atMs: number;
      readonly direction: Direction;
      readonly bytes: Uint8Array;
    }
  | CallItem;

/** A recording that goes on. */
export interface Recording {
  /** False where the line has no place: the recording ended before it. */
  readonly add: (entry: Recorded) => boolean;
  readonly close: () => void;
}

const toLine = (entry: Recorded): string => {
  if (entry.kind === "call") {
    const { kind: _, ...call } = entry;
    return JSON.stringify(call);
  }
  const { atMs, direction, bytes } = entry;
  return JSON.stringify({ atMs, direction, bytes: Buffer.from(bytes).toString("hex") });
};

const codeOf = (thrown: unknown): string =>
  thrown instanceof Error && "code" in thrown ? String(thrown.code) : "unknown";

/** Begins a recording in a new file that only its owner may read. */
export const createRecording = (
  file: string,
  limit: number = RECORDING_LIMIT,
): Outcome<Recording, "file_exists" | "file_unreadable"> => {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, "wx", 0o600);
  } catch (thrown) {
    const why = codeOf(thrown);
    return why === "EEXIST"
      ? fail("file_exists", { file })
      : fail("file_unreadable", { file, why });
  }
  let left = limit;
  const close = (): void => {
    if (descriptor !== undefined) closeSync(descriptor);
    descriptor = undefined;
  };
  const add = (entry: Recorded): boolean => {
    const line = `${toLine(entry)}\n`;
    if (descriptor === undefined || line.length > left) {
      close();
      return false;
    }
    left -= line.length;
    try {
      writeSync(descriptor, line);
      return true;
    } catch {
      close(); // the disk is full
      return false;
    }
  };
  return ok({ add, close });
};

const isTime = (value: unknown): value is number =>
  typeof value === "number" && Number.isFinite(value) && value >= 0;

const isName = (value: unknown): value is string =>
  typeof value === "string" && /^\w{1,64}$/.test(value);

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown, count: number): value is Fields =>
  typeof value === "object" && value !== null && Object.keys(value).length === count;

const bytesOf = (value: unknown): Recorded | undefined => {
  if (!isFields(value, 3)) return undefined;
  const { atMs, direction, bytes } = value;
  if (direction !== "in" && direction !== "out") return undefined;
  if (!isTime(atMs) || typeof bytes !== "string" || !isHex(bytes)) return undefined;
  return { kind: "bytes", atMs, direction, bytes: Uint8Array.from(Buffer.from(bytes, "hex")) };
};

const callOf = (value: unknown): CallItem | undefined => {
  if (!isFields(value, 5)) return undefined;
  const { atMs, name, id, ms, outcome } = value;
  const isCall = isTime(atMs) && isTime(ms) && isName(name) && isName(outcome);
  if (!isCall || typeof id !== "number" || !Number.isSafeInteger(id)) return undefined;
  return { kind: "call", atMs, name, id, ms, outcome };
};

const readLine = (line: string): Recorded | undefined => {
  if (line.length > LINE_LIMIT) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return bytesOf(value) ?? callOf(value);
  } catch {
    return undefined; // not JSON
  }
};

/**
 * The lines of a recording, in order.
 * @yields each line; the first that is none ends it, by its number from 1.
 */
export const readRecording = function* (
  text: string,
): Generator<Outcome<Recorded, "file_malformed">> {
  const lines = text === "" ? [] : text.replace(/\n$/, "").split("\n");
  let beforeMs = 0;
  for (const [i, line] of lines.entries()) {
    const entry = readLine(line);
    if (entry === undefined || entry.atMs < beforeMs) {
      yield fail("file_malformed", { line: i + 1 });
      return;
    }
    beforeMs = entry.atMs;
    yield ok(entry);
  }
};
