/** Running emulators list themselves in a folder, so that a device name finds its port. */
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What an emulator says of itself there. */
export interface Listing {
  readonly name: string;
  readonly path: string;
  readonly pid: number;
}

/** Writes `NAME.json`, whole or not at all; the result removes it. */
export const listEmulator = (folder: string, listing: Listing): (() => void) => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, `${listing.name}.json`);
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(listing)}\n`, { mode: 0o600 });
  renameSync(draft, file);
  return () => rmSync(file, { force: true });
};
