/** Files of the command line: read within a limit, written privately and never over another. */
import { readFileSync, realpathSync, renameSync, statSync, writeFileSync } from "node:fs";
import { fail, type Failure, type Outcome, ok } from "../../protocol/errors.ts";

/** Bytes of the largest file that is read: a PSBT with every previous transaction fits well. */
const LARGEST_FILE = 1 << 26;

/** How a file can fail. Details carry `file`. */
export type FileError = "file_missing" | "file_unreadable" | "file_exists";

const codeOf = (thrown: unknown): string =>
  thrown instanceof Error && "code" in thrown ? String(thrown.code) : String(thrown);

const failureOf = (file: string, thrown: unknown): Failure<FileError> => {
  const code = codeOf(thrown);
  if (code === "ENOENT") return fail("file_missing", { file });
  if (code === "EEXIST") return fail("file_exists", { file });
  return fail("file_unreadable", { file, why: code });
};

/** Why a file is not read: a device such as /dev/zero has no end. */
const unfitness = (file: string): string | undefined => {
  const found = statSync(file);
  if (found.isDirectory()) return "a directory";
  if (found.isCharacterDevice() || found.isBlockDevice()) return "a device";
  return found.size > LARGEST_FILE ? "too large" : undefined;
};

/** Reads a file or a pipe whole; `-` is standard input. */
export const readBytes = (file: string): Outcome<Uint8Array, FileError> => {
  try {
    const why = file === "-" ? undefined : unfitness(file);
    if (why !== undefined) return fail("file_unreadable", { file, why });
    return ok(Uint8Array.from(readFileSync(file === "-" ? 0 : file)));
  } catch (thrown) {
    return failureOf(file, thrown);
  }
};

/** Reads a text file (UTF-8). */
export const readText = (file: string): Outcome<string, FileError> => {
  const bytes = readBytes(file);
  return bytes.ok ? ok(new TextDecoder().decode(bytes.value)) : bytes;
};

/** Whether a file lets anyone but its owner in; standard input and a missing file do not. */
export const isOpenToOthers = (file: string): boolean => {
  const found = file === "-" ? undefined : statSync(file, { throwIfNoEntry: false });
  return found?.isFile() === true && (found.mode & 0o077) !== 0;
};

/** A file that is written is not what is missing, but its folder. */
const writeFailureOf = (file: string, thrown: unknown): Failure<FileError> =>
  codeOf(thrown) === "ENOENT"
    ? fail("file_unreadable", { file, why: "its folder is missing" })
    : failureOf(file, thrown);

/** Writes a new file that only its owner may read. */
export const writePrivate = (file: string, content: string): Outcome<void, FileError> => {
  try {
    writeFileSync(file, content, { mode: 0o600, flag: "wx" });
    return ok(undefined);
  } catch (thrown) {
    return writeFailureOf(file, thrown);
  }
};

/** Whether writing there would end what is in a file; a pipe or a terminal holds nothing. */
const holdsContent = (file: string): boolean =>
  statSync(file, { throwIfNoEntry: false })?.isFile() === true;

/** Refuses a file that is there, before work is done for it. */
export const checkFree = (file: string): Outcome<void, FileError> => {
  try {
    return holdsContent(file) ? fail("file_exists", { file }) : ok(undefined);
  } catch (thrown) {
    return writeFailureOf(file, thrown);
  }
};

/** Replaces a file by a whole one: what is there stays until the new content is on the disk. */
const replace = (file: string, content: string | Uint8Array): void => {
  const target = realpathSync(file);
  const part = `${target}.${process.pid}.part`;
  writeFileSync(part, content, { mode: statSync(target).mode & 0o777, flag: "wx", flush: true });
  renameSync(part, target);
};

/** Writes a result; `isForced` where it may replace what is there. */
export const writeResult = (
  file: string,
  content: string | Uint8Array,
  isForced: boolean,
): Outcome<void, FileError> => {
  try {
    const isThere = statSync(file, { throwIfNoEntry: false }) !== undefined;
    if (isForced && holdsContent(file)) replace(file, content);
    else
      writeFileSync(file, content, {
        mode: 0o600,
        flag: isThere && !holdsContent(file) ? "w" : "wx",
      });
    return ok(undefined);
  } catch (thrown) {
    return writeFailureOf(file, thrown);
  }
};
