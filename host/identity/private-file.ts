/**
 * Files that only their owner may read: whole or not there at all. A file is written beside its
 * place and then put there in one step, so that no reader meets half of it.
 */
import { randomUUID } from "node:crypto";
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { type Failure, fail, type Outcome, ok } from "../../protocol/errors.ts";

/** Bytes of the largest file of an identity: a few hundred are usual. */
const LARGEST = 1 << 16;

/** How such a file can fail. Details carry `file` and `why`. */
export type PrivateFileError = "file_unreadable";

const codeOf = (thrown: unknown): string =>
  thrown instanceof Error && "code" in thrown ? String(thrown.code) : "unknown";

const unreadable = (file: string, why: string): Failure<PrivateFileError> =>
  fail("file_unreadable", { file, why });

/** Why an open file is not read; the descriptor is asked, so nobody can change it in between. */
const unfitness = (descriptor: number): string | undefined => {
  const found = fstatSync(descriptor);
  if (!found.isFile()) return "not a file";
  if (found.uid !== process.getuid?.()) return "another user's: chown makes it yours";
  if ((found.mode & 0o077) !== 0) return "open to others: chmod 600 makes it yours again";
  return found.size > LARGEST ? "too large" : undefined;
};

const readOpen = (file: string, descriptor: number): Outcome<string, PrivateFileError> => {
  try {
    const why = unfitness(descriptor);
    return why === undefined ? ok(readFileSync(descriptor, "utf8")) : unreadable(file, why);
  } finally {
    closeSync(descriptor);
  }
};

/** The text of a file that is not open to others; `undefined` where there is none. */
export const readPrivate = (file: string): Outcome<string | undefined, PrivateFileError> => {
  try {
    // A pipe without a writer would be waited for.
    return readOpen(file, openSync(file, constants.O_RDONLY | constants.O_NONBLOCK));
  } catch (thrown) {
    const code = codeOf(thrown);
    return code === "ENOENT" ? ok(undefined) : unreadable(file, code);
  }
};

/** Writes the text beside its place, brings it to the disk, and has `put` move it there. */
const writeBeside = (file: string, text: string, put: (written: string) => void): void => {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const written = `${file}.${randomUUID()}.part`;
  const descriptor = openSync(written, "wx", 0o600);
  try {
    try {
      writeFileSync(descriptor, text);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    put(written);
  } catch (thrown) {
    unlinkSync(written);
    throw thrown;
  }
};

/**
 * Writes a file unless there is one, as O_EXCL does but whole: of two programs that begin at once
 * one writes it. False for the other.
 */
export const createPrivate = (file: string, text: string): Outcome<boolean, PrivateFileError> => {
  try {
    writeBeside(file, text, (written) => {
      linkSync(written, file);
      unlinkSync(written);
    });
    return ok(true);
  } catch (thrown) {
    const code = codeOf(thrown);
    return code === "EEXIST" ? ok(false) : unreadable(file, code);
  }
};

/** Writes a file in place of any other. */
export const replacePrivate = (file: string, text: string): Outcome<void, PrivateFileError> => {
  try {
    writeBeside(file, text, (written) => renameSync(written, file));
    return ok(undefined);
  } catch (thrown) {
    return unreadable(file, codeOf(thrown));
  }
};

/** Removes a file; one that is gone already is no failure. */
export const removePrivate = (file: string): Outcome<void, PrivateFileError> => {
  try {
    rmSync(file, { force: true });
    return ok(undefined);
  } catch (thrown) {
    return unreadable(file, codeOf(thrown));
  }
};
