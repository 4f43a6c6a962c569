/**
 * What a person's tool has seen of a lineage: the memory that a device does not have (CUSTODY,
 * section 2). For each genesis the newest version that was signed, by number and hash; a lineage
 * that is older, or has another version of that number, is refused.
 */
import { join } from "node:path";
import { type Failure, fail, type Outcome, ok } from "../../protocol/errors.ts";
import { type PrivateFileError, readPrivate, replacePrivate } from "../identity/index.ts";
import { isSigned, type Lineage } from "./lineage.ts";

/** Why a lineage is not the one that was seen before. */
export type PinError = "manifest_outdated" | "lineage_fork" | "file_malformed" | PrivateFileError;

interface Pin {
  readonly version: number;
  /** 64 hex digits. */
  readonly hash: string;
}

const HASH = /^[0-9a-f]{64}$/;

const parsePin = (text: string): Pin | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return undefined;
    const [version, hash]: unknown[] = [Reflect.get(value, "version"), Reflect.get(value, "hash")];
    const isPin =
      Number.isSafeInteger(version) &&
      Number(version) >= 0 &&
      typeof hash === "string" &&
      HASH.test(hash);
    return isPin && typeof version === "number" ? { version, hash } : undefined;
  } catch {
    return undefined; // not JSON
  }
};

/** The newest version that enough people have signed; a draft is one, too. */
const newestSigned = ({ versions }: Lineage): Pin | undefined => {
  const signed = versions.findLast(isSigned);
  return signed && { version: signed.manifest.version, hash: signed.hash.toHex() };
};

const compare = ({ versions }: Lineage, pin: Pin, now: Pin): Failure<PinError> | undefined => {
  if (now.version < pin.version) return fail("manifest_outdated", { seen: pin.version });
  const same = versions[pin.version];
  return same?.hash.toHex() === pin.hash ? undefined : fail("lineage_fork", { seen: pin.version });
};

/**
 * Holds a lineage against what was seen of its genesis, and remembers it. A lineage of which
 * nothing is signed yet teaches nothing.
 */
export const pinLineage = (home: string, lineage: Lineage): Outcome<void, PinError> => {
  const now = newestSigned(lineage);
  if (now === undefined) return ok(undefined);
  const file = join(home, "lineages", `${lineage.draft.hash.toHex()}.json`);
  const text = readPrivate(file);
  if (!text.ok) return text;
  const pin = text.value === undefined ? now : parsePin(text.value);
  if (pin === undefined) return fail("file_malformed", { file });
  return compare(lineage, pin, now) ?? replacePrivate(file, `${JSON.stringify(now)}\n`);
};
