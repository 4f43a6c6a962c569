/**
 * A stable name for a pty's slave, whose own number changes with every start, and for a socket: a
 * symbolic link, replaced in one step, so that whoever opens the name finds a port at any time.
 */
import { lstatSync, mkdirSync, readlinkSync, renameSync, symlinkSync, unlinkSync } from "node:fs";
import { dirname } from "node:path";
import { fail, ok, type Outcome } from "../../../protocol/errors.ts";

/** The folder may tell who runs an emulator: it is its user's alone. */
const FOLDER_MODE = 0o700;

const isTaken = (linkPath: string): boolean => {
  const found = lstatSync(linkPath, { throwIfNoEntry: false });
  return found !== undefined && !found.isSymbolicLink();
};

const replaceLink = (linkPath: string, target: string): void => {
  const temporary = `${linkPath}.${process.pid}-${crypto.randomUUID()}`;
  symlinkSync(target, temporary);
  try {
    renameSync(temporary, linkPath);
  } catch (error) {
    unlinkSync(temporary);
    throw error;
  }
};

/**
 * Points `linkPath` at `target`, making its folder where it is missing. Replaces a link, and
 * nothing else: `file_exists`. Details carry `path`.
 */
export const placeLink = (
  linkPath: string,
  target: string,
): Outcome<void, "file_exists" | "file_unreadable"> => {
  try {
    if (isTaken(linkPath)) return fail("file_exists", { path: linkPath });
    mkdirSync(dirname(linkPath), { recursive: true, mode: FOLDER_MODE });
    replaceLink(linkPath, target);
    return ok(undefined);
  } catch (error) {
    return fail("file_unreadable", { path: linkPath, why: String(error) });
  }
};

/** Where a link leads, one step; `undefined` for what is no link. */
export const linkTarget = (linkPath: string): string | undefined => {
  try {
    return readlinkSync(linkPath);
  } catch {
    return undefined;
  }
};

/** Removes the link if it still points at `target`. Never throws. */
export const removeLink = (linkPath: string, target: string): void => {
  try {
    if (linkTarget(linkPath) === target) unlinkSync(linkPath);
  } catch {
    // Gone by now.
  }
};
