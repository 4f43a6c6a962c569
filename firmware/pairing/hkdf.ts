/** HKDF with SHA-256 (RFC 5869), of the board's HMAC: for link secrets only. */
import type { Crypto } from "../hal.ts";

/** An empty salt is HashLen zeros (section 2.2). */
const NO_SALT = new Uint8Array(32);

/** 32 bytes of a secret and a label, without salt; one round of expansion gives them all. */
export const deriveLinkSecret = (
  { hmacSha256 }: Pick<Crypto, "hmacSha256">,
  secret: Uint8Array,
  label: string,
): Uint8Array => {
  const key = hmacSha256(NO_SALT, secret);
  const derived = hmacSha256(key, Uint8Array.of(...new TextEncoder().encode(label), 1));
  key.fill(0);
  return derived;
};
