/** What runs here, as one digest: SHA-256 over the sources of firmware and protocol, and of the
 * rooms that keep the secrets. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const ROOT = new URL("../../..", import.meta.url);

const sourcesOf = (room: string): readonly string[] =>
  readdirSync(new URL(room, ROOT), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => `${room}/${name}`);

const ROOMS = [
  "firmware",
  "protocol",
  "hardware/entropy",
  "hardware/process",
  "hardware/secrets",
] as const;

const digestOfSources = (): Uint8Array => {
  const hash = createHash("sha256");
  for (const path of ROOMS.flatMap(sourcesOf).toSorted()) {
    const content = readFileSync(fileURLToPath(new URL(path, ROOT)));
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  return Uint8Array.from(hash.digest());
};

/** What a process runs was read when it began: later changes of its sources are not in it. */
let known: Uint8Array | undefined;

/** 32 bytes; the same sources give the same digest on every machine. A claim, not a proof. */
export const firmwareDigest = (): Uint8Array => {
  known ??= digestOfSources();
  return known.slice();
};
