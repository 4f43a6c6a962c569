/** Running emulators list themselves in a folder, so that a device name finds its port. */
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fail, type Outcome, ok } from "../../../protocol/errors.ts";

/** What an emulator says of itself there. */
export interface Listing {
  readonly name: string;
  readonly path: string;
  /** The pty or socket behind it; a pty's number may be another's once the emulator is killed. */
  readonly line: string;
  readonly pid: number;
  /** It brought a seed along. */
  readonly isSeeded?: boolean;
  /** Absent until it listens. */
  readonly phase?: string;
  /** 8 hex digits while it holds keys. */
  readonly fingerprint?: string | null;
  /** Its link key in hex, while it holds keys: whoever may read the folder need not pair. */
  readonly linkKey?: string;
}

/**
 * Writes `NAME.json`, whole or not at all; the value removes it. `file_unreadable` where the folder
 * takes no file; details carry `path`.
 */
export const listEmulator = (
  folder: string,
  listing: Listing,
): Outcome<() => void, "file_unreadable"> => {
  const file = join(folder, `${listing.name}.json`);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, `${JSON.stringify(listing)}\n`, { mode: 0o600 });
    renameSync(draft, file);
    return ok(() => rmSync(file, { force: true }));
  } catch {
    return fail("file_unreadable", { path: folder });
  }
};
