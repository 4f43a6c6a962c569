/**
 * What a person's tool has seen of a lineage: the memory that a device does not have (CUSTODY,
 * section 2). For each genesis the newest version that was signed, by number and hash; a lineage
 * that is older, or has another version of that number, is refused.
 */
import { join } from "node:path";
import { type Failure, fail, type Outcome, ok } from "../../protocol/errors.ts";
import { alone } from "./alone.ts";
import { type PrivateFileError, readPrivate, replacePrivate } from "../identity/index.ts";
import { isSigned, type Lineage } from "./lineage.ts";

/** Why a lineage is not the one that was seen before. */
export type PinError = "manifest_outdated" | "lineage_fork" | "file_malformed" | PrivateFileError;

/** Why a person does not sign: the file of the version that they have signed is named, too. */
export type SignedError = Exclude<PinError, "lineage_fork"> | "signed_another";

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

const folderOf = (home: string): string => join(home, "lineages");

const readPin = (file: string): Outcome<Pin | undefined, "file_malformed" | PrivateFileError> => {
  const text = readPrivate(file);
  if (!text.ok || text.value === undefined) return text.ok ? ok(undefined) : text;
  const pin = parsePin(text.value);
  return pin === undefined ? fail("file_malformed", { file }) : ok(pin);
};

const writePin = (file: string, pin: Pin): Outcome<void, PrivateFileError> =>
  replacePrivate(file, `${JSON.stringify(pin)}\n`);

/**
 * Holds a lineage against what was seen of its genesis, and remembers it. A lineage of which
 * nothing is signed yet teaches nothing.
 *
 * @returns `first` where nothing of this genesis was seen before: people must tell it is theirs
 */
export const pinLineage = (
  home: string,
  lineage: Lineage,
): Outcome<"first" | "known", PinError> => {
  const now = newestSigned(lineage);
  if (now === undefined) return ok("first");
  const folder = folderOf(home);
  const file = join(folder, `${lineage.draft.hash.toHex()}.json`);
  return alone(folder, () => {
    const pin = readPin(file);
    if (!pin.ok) return pin;
    const refused = compare(lineage, pin.value ?? now, now);
    if (refused !== undefined) return refused;
    const written = writePin(file, now);
    return written.ok ? ok(pin.value === undefined ? "first" : "known") : written;
  });
};

const noteFile = (home: string, { draft }: Lineage, signer: Uint8Array): string =>
  join(folderOf(home), `${draft.hash.toHex()}-${signer.toHex()}.json`);

/**
 * Holds a lineage against what a person has signed: they know of that version, though nobody may
 * have shown them that others signed it, too. `manifest_outdated` or `signed_another`, unless the
 * person says by its hash (64 hex digits) that it is given up.
 */
export const checkSigned = (
  home: string,
  lineage: Lineage,
  signer: Uint8Array,
  givenUp: string | undefined,
): Outcome<void, SignedError> => {
  const note = readPin(noteFile(home, lineage, signer));
  if (!note.ok) return note;
  const { version = -1, hash = "" } = note.value ?? {};
  if (note.value === undefined || hash === givenUp) return ok(undefined);
  const same = lineage.versions[version];
  if (same === undefined) return fail("manifest_outdated", { version, signed: hash });
  return hash === same.hash.toHex()
    ? ok(undefined)
    : fail("signed_another", { version, signed: hash });
};

/**
 * Notes, before the signature is made, that a person signs the newest version. Two versions of one
 * number by one hand are what a fork is made of: `signed_another`, unless the person says by its
 * hash (64 hex digits) which signed one is given up.
 *
 * @param signer the person's signing key, 32 bytes
 */
export const noteSigning = (
  home: string,
  lineage: Lineage,
  signer: Uint8Array,
  givenUp: string | undefined,
): Outcome<void, SignedError> =>
  alone(folderOf(home), () => {
    const checked = checkSigned(home, lineage, signer, givenUp);
    if (!checked.ok) return checked;
    const { manifest, hash } = lineage.newest;
    const file = noteFile(home, lineage, signer);
    return writePin(file, { version: manifest.version, hash: hash.toHex() });
  });
