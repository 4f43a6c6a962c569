/** Small questions that the rules of a manifest ask. */
import { createHash } from "node:crypto";
import { ed25519, x25519 } from "@noble/curves/ed25519.js";
import { isKeyName } from "../../protocol/session/pairing.ts";

/** Takes a problem: its pointer and its sentence. */
export type Tell = (pointer: string, means: string) => void;

/** The places at which something stands that stood before. */
export const repeated = (items: readonly string[]): readonly number[] =>
  items.flatMap((item, i) => (items.indexOf(item) < i ? [i] : []));

/** Tells each item that stood before, at its place; unless it says something else: by its name. */
export const tellRepeated = (
  items: readonly string[],
  place: string,
  member: string,
  means: string | undefined,
  tell: Tell,
): void => {
  for (const i of repeated(items)) {
    tell(`${place}/${i}${member}`, means ?? `${items[i]} stands twice.`);
  }
};

/** Whether 32 bytes are an Ed25519 public key (RFC 8032), and none of small order. */
export const isSigningKey = (bytes: Uint8Array): boolean => {
  try {
    return !ed25519.Point.fromBytes(bytes).isSmallOrder();
  } catch {
    return false; // no point of the curve
  }
};

const ANYBODY = new Uint8Array(32).fill(1);

/** Whether 32 bytes are the one name of an X25519 key (RFC 7748), and none of small order. */
export const isAgreementKey = (bytes: Uint8Array): boolean => {
  try {
    return isKeyName(bytes) && x25519.getSharedSecret(ANYBODY, bytes).length > 0;
  } catch {
    return false; // every secret shared with it is zero (section 6.1)
  }
};

/** A BIP-32 fingerprint, 8 hex digits: the first bytes of HASH160 of a public key. */
export const fingerprintOf = (publicKey: Uint8Array): string => {
  const inner = createHash("sha256").update(publicKey).digest();
  return createHash("ripemd160").update(inner).digest("hex").slice(0, 8);
};
