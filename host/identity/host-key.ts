/**
 * The host's static key (X25519), by which devices know this user's programs. It lies in a file of
 * its own, made on first use: who can read it is, to a device, this host.
 */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { fail, type Outcome, ok } from "../../protocol/errors.ts";
import type { KeyAgreement } from "../../protocol/session/noise/suite.ts";
import { bytesOf, hexOf, membersOf, readJson } from "./fields.ts";
import { createPrivate, type PrivateFileError, readPrivate } from "./private-file.ts";

const KIND = "mayfly-host-key-1";
const KEY_BYTES = 32;

/** Makes an agreement of a secret of 32 bytes: the driver's Noise suite does. */
export type KeyPair = (secret: Uint8Array) => KeyAgreement;

/** The key and where it lies. */
export interface HostKey extends KeyAgreement {
  readonly file: string;
}

/** `file_unreadable` also for a file that is open to others; details carry `file`. */
export type HostKeyError = PrivateFileError | "file_malformed";

const format = (secret: Uint8Array, { publicKey }: KeyAgreement): string => {
  const content = { kind: KIND, public: hexOf(publicKey), private: hexOf(secret) };
  return `${JSON.stringify(content, null, 2)}\n`;
};

/** The key of a file's text, whose halves must belong together. */
const parse = (text: string, keyPair: KeyPair): KeyAgreement | undefined => {
  const members = membersOf(readJson(text));
  const secret = bytesOf(members?.get("private"), KEY_BYTES);
  if (members?.get("kind") !== KIND || secret === undefined) return undefined;
  const key = keyPair(secret);
  secret.fill(0);
  return members.get("public") === hexOf(key.publicKey) ? key : undefined;
};

/** Makes a key, unless another program has made one meanwhile. */
const make = (file: string, keyPair: KeyPair): Outcome<boolean, PrivateFileError> => {
  const secret = Uint8Array.from(randomBytes(KEY_BYTES));
  const made = createPrivate(file, format(secret, keyPair(secret)));
  secret.fill(0);
  return made;
};

/** The host's key under a home (`MAYFLY_HOME`); the first program that asks makes it. */
export const openHostKey = (home: string, keyPair: KeyPair): Outcome<HostKey, HostKeyError> => {
  const file = join(home, "host.key");
  const found = readPrivate(file);
  if (!found.ok) return found;
  if (found.value === undefined) {
    const made = make(file, keyPair);
    if (!made.ok) return made;
  }
  // What lies there counts, whoever was first.
  const text = found.value === undefined ? readPrivate(file) : found;
  if (!text.ok) return text;
  const key = parse(text.value ?? "", keyPair);
  return key === undefined ? fail("file_malformed", { file }) : ok({ ...key, file });
};
