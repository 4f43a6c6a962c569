/** HKDF with SHA-256 (RFC 5869), in its two halves, and the HMAC beneath. */
import { expand as nobleExpand } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { NONE, zero } from "./bytes.ts";

/** HMAC-SHA256: 32 bytes (RFC 2104). */
export const hmacSha256 = (key: Uint8Array, message: Uint8Array): Uint8Array =>
  hmac(sha256, key, message);

/** The pseudorandom key, 32 bytes; an empty salt is 32 zeros (RFC 5869, section 2.2). */
export const extract = (salt: Uint8Array, input: Uint8Array): Uint8Array => hmacSha256(salt, input);

/** `length` bytes, at most 8160 (RFC 5869, section 2.3). */
export const expand = (key: Uint8Array, info: Uint8Array, length: number): Uint8Array =>
  nobleExpand(sha256, key, info, length);

/** A 32-byte key of a secret and a label: no salt, the label's UTF-8 as info. */
export const deriveKey = (secret: Uint8Array, label: string): Uint8Array => {
  const key = extract(NONE, secret);
  try {
    return expand(key, new TextEncoder().encode(label), 32);
  } finally {
    zero(key);
  }
};
