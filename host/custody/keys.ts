/**
 * A custodian's keys. The wrapping key (X25519) opens the custodian's shares; its public half is
 * given to a genesis as bech32m text, so that a slip of the pen is noticed before a share is lost.
 */
import { generateKeyPairSync } from "node:crypto";
import { x25519 } from "@noble/curves/ed25519.js";
import { bech32m } from "@scure/base";
import { fail, type Outcome, ok } from "../../protocol/errors.ts";

/** A custodian's key pair: 32 bytes each, X25519 (RFC 7748). */
export interface CustodianKey {
  readonly privateKey: Uint8Array;
  readonly publicKey: Uint8Array;
}

const PUBLIC_PREFIX = "mfcustodian";
const KIND = "mayfly-custodian-key-1";

const partOf = (part: string | undefined): Uint8Array =>
  Uint8Array.from(Buffer.from(part ?? "", "base64url"));

/** A fresh key pair from the operating system's generator. */
export const generateCustodianKey = (): CustodianKey => {
  const jwk = generateKeyPairSync("x25519").privateKey.export({ format: "jwk" });
  return { privateKey: partOf(jwk.d), publicKey: partOf(jwk.x) };
};

/** The text of a public key (BIP-350 checksum). */
export const formatCustodian = (publicKey: Uint8Array): string =>
  bech32m.encode(PUBLIC_PREFIX, bech32m.toWords(publicKey), 120);

/** Reads a custodian's public key: 32 bytes. */
export const parseCustodian = (text: string): Outcome<Uint8Array, "custodian_invalid"> => {
  const decoded = bech32m.decodeUnsafe(text.trim(), 120);
  const bytes =
    decoded?.prefix === PUBLIC_PREFIX ? bech32m.fromWordsUnsafe(decoded.words) : undefined;
  return bytes instanceof Uint8Array && bytes.length === 32
    ? ok(Uint8Array.from(bytes))
    : fail("custodian_invalid");
};

/** The content of a key file: JSON with hex, to be kept by its owner alone. */
export const formatKeyFile = ({ privateKey, publicKey }: CustodianKey): string => {
  const content = {
    kind: KIND,
    public: formatCustodian(publicKey),
    private: Buffer.from(privateKey).toString("hex"),
  };
  return `${JSON.stringify(content, null, 2)}\n`;
};

const readJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // not JSON: not a key file
  }
};

/** The two texts of a key file; `undefined` where it is none. */
const partsOf = (text: string): readonly [string, string] | undefined => {
  const value = readJson(text);
  if (typeof value !== "object" || value === null) return undefined;
  if (!("kind" in value) || value.kind !== KIND) return undefined;
  if (!("public" in value) || typeof value.public !== "string") return undefined;
  if (!("private" in value) || typeof value.private !== "string") return undefined;
  return [value.public, value.private];
};

/** Reads a key file; its two halves must belong together. */
export const parseKeyFile = (text: string): Outcome<CustodianKey, "file_malformed"> => {
  const [publicText = "", privateText = ""] = partsOf(text) ?? [];
  const publicKey = parseCustodian(publicText);
  if (!publicKey.ok || !/^[0-9a-f]{64}$/.test(privateText)) return fail("file_malformed");
  const privateKey = Uint8Array.from(Buffer.from(privateText, "hex"));
  const isPair = x25519.getPublicKey(privateKey).join() === publicKey.value.join();
  return isPair ? ok({ privateKey, publicKey: publicKey.value }) : fail("file_malformed");
};
