/**
 * The people of an emulator's own manifest. They are nobody: their keys follow from their names, so
 * they are made once in a process and are the same in every other.
 */
import { createHash, createPrivateKey, createPublicKey, sign } from "node:crypto";
import { DUTIES, type Manifest, type Person } from "../../../protocol/manifest/manifest.ts";
import {
  manifestBytes,
  type SignedManifest,
  signedBytes,
} from "../../../protocol/manifest/signed.ts";
import { createCrypto } from "../../secrets/index.ts";

/** Who they are. */
export const NAMES = ["Ada", "Ben", "Cleo", "Dan", "Eve"] as const;

/** So many of them sign, and so many bring a seed back. */
export const THRESHOLD = 3;

/** RFC 8410, section 7: what stands before an Ed25519 private key in DER. */
const PKCS8_HEAD = Uint8Array.fromHex("302e020100300506032b657004220420");

/** SHA-256 of the parts, one after the other. */
export const sha256 = (...parts: readonly (string | Uint8Array)[]): Uint8Array => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return Uint8Array.from(hash.digest());
};

const signerOf = (name: string) => {
  const secret = sha256(`mayfly emulator: ${name} signs`);
  const der = Buffer.concat([PKCS8_HEAD, secret]);
  const privateKey = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const spki = createPublicKey(privateKey).export({ format: "der", type: "spki" });
  return { privateKey, publicKey: Uint8Array.from(spki.subarray(-32)) };
};

const makeAll = () => {
  const { keyAgreement } = createCrypto();
  const signers = NAMES.map(signerOf);
  const people = NAMES.map(
    (name, i): Person => ({
      name,
      site: `${name}'s`,
      duties: DUTIES,
      signingKey: signers[i]?.publicKey ?? new Uint8Array(0),
      wrappingKey: keyAgreement(sha256(`mayfly emulator: ${name} opens`)).publicKey,
    }),
  );
  return { signers, people };
};

let made: ReturnType<typeof makeAll> | undefined;

const everybody = () => {
  made ??= makeAll();
  return made;
};

/** All of them. */
export const ownPeople = (): readonly Person[] => everybody().people;

/** A manifest with the signatures of enough of them. */
export const signedByPeople = (manifest: Manifest): SignedManifest => {
  const bytes = manifestBytes(manifest);
  const message = signedBytes(sha256(bytes));
  const signatures = everybody()
    .signers.slice(0, THRESHOLD)
    .map(({ privateKey, publicKey }) => ({
      signer: publicKey,
      signature: Uint8Array.from(sign(null, message, privateKey)),
    }));
  return { manifest: bytes, signatures };
};
