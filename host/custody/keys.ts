/**
 * A custodian's keys. The wrapping key (X25519) opens the custodian's shares, the signing key
 * (Ed25519) signs manifests and whatever else is evidence. Their public halves are passed on as one
 * bech32m text, so that a slip of the pen is noticed before a share is lost.
 */
import { generateKeyPairSync } from "node:crypto";
import { ed25519, x25519 } from "@noble/curves/ed25519.js";
import { bech32m } from "@scure/base";
import { fail, type Outcome, ok } from "../../protocol/errors.ts";

/** A key pair: 32 bytes each. */
export interface KeyPair {
  readonly privateKey: Uint8Array;
  readonly publicKey: Uint8Array;
}

/** A custodian's keys: the wrapping pair itself (X25519, RFC 7748), and the one that signs. */
export interface CustodianKey extends KeyPair {
  /** Ed25519 (RFC 8032). */
  readonly signing: KeyPair;
}

/** The public halves of a custodian's keys, 32 bytes each. */
export interface PublicCustodian {
  readonly wrappingKey: Uint8Array;
  readonly signingKey: Uint8Array;
}

const PUBLIC_PREFIX = "mfcustodian";
/** Characters: 64 bytes, prefix and checksum take 121. */
const LONGEST_TEXT = 140;
const KIND = "mayfly-custodian-key-2";

const partOf = (part: string | undefined): Uint8Array =>
  Uint8Array.from(Buffer.from(part ?? "", "base64url"));

const generatePair = (kind: "x25519" | "ed25519"): KeyPair => {
  const made = kind === "x25519" ? generateKeyPairSync(kind) : generateKeyPairSync(kind);
  const jwk = made.privateKey.export({ format: "jwk" });
  return { privateKey: partOf(jwk.d), publicKey: partOf(jwk.x) };
};

/** Fresh keys from the operating system's generator. */
export const generateCustodianKey = (): CustodianKey => ({
  ...generatePair("x25519"),
  signing: generatePair("ed25519"),
});

/** The public halves. */
export const publicOf = ({ publicKey, signing }: CustodianKey): PublicCustodian => ({
  wrappingKey: publicKey,
  signingKey: signing.publicKey,
});

/** The text of the public keys (BIP-350 checksum): the wrapping key, then the signing key. */
export const formatCustodian = ({ wrappingKey, signingKey }: PublicCustodian): string =>
  bech32m.encode(
    PUBLIC_PREFIX,
    bech32m.toWords(Uint8Array.of(...wrappingKey, ...signingKey)),
    LONGEST_TEXT,
  );

/** Reads a custodian's public keys. */
export const parseCustodian = (text: string): Outcome<PublicCustodian, "custodian_invalid"> => {
  const decoded = bech32m.decodeUnsafe(text.trim(), LONGEST_TEXT);
  const bytes =
    decoded?.prefix === PUBLIC_PREFIX ? bech32m.fromWordsUnsafe(decoded.words) : undefined;
  return bytes instanceof Uint8Array && bytes.length === 64
    ? ok({ wrappingKey: bytes.slice(0, 32), signingKey: bytes.slice(32) })
    : fail("custodian_invalid");
};

/** The content of a key file: JSON with hex, to be kept by its owner alone. */
export const formatKeyFile = (key: CustodianKey): string => {
  const content = {
    kind: KIND,
    public: formatCustodian(publicOf(key)),
    private: Buffer.from(key.privateKey).toString("hex"),
    signing: Buffer.from(key.signing.privateKey).toString("hex"),
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

/** The texts of a key file; none where it is no such file. */
const partsOf = (text: string): readonly string[] => {
  const value = readJson(text);
  if (typeof value !== "object" || value === null) return [];
  if (Reflect.get(value, "kind") !== KIND) return [];
  return ["public", "private", "signing"].flatMap((name) => {
    const part: unknown = Reflect.get(value, name);
    return typeof part === "string" ? [part] : [];
  });
};

const SECRET = /^[0-9a-f]{64}$/;

/** Reads a key file; its halves must belong together. */
export const parseKeyFile = (text: string): Outcome<CustodianKey, "file_malformed"> => {
  const [publicText = "", wrapping = "", signing = ""] = partsOf(text);
  const known = parseCustodian(publicText);
  if (!known.ok || !SECRET.test(wrapping) || !SECRET.test(signing)) return fail("file_malformed");
  const [privateKey, signingSecret] = [Uint8Array.fromHex(wrapping), Uint8Array.fromHex(signing)];
  const { wrappingKey, signingKey } = known.value;
  const arePairs =
    x25519.getPublicKey(privateKey).join() === wrappingKey.join() &&
    ed25519.getPublicKey(signingSecret).join() === signingKey.join();
  const signingPair = { privateKey: signingSecret, publicKey: signingKey };
  return arePairs
    ? ok({ privateKey, publicKey: wrappingKey, signing: signingPair })
    : fail("file_malformed");
};
