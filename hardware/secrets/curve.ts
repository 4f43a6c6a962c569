/**
 * The one place that hands `@noble/secp256k1` its hashes: without them its synchronous calls
 * throw. Everything in this folder takes the curve from here.
 */
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { getPublicKey, hashes, Point, schnorr, sign, verify } from "@noble/secp256k1";

hashes.sha256 = sha256;
hashes.hmacSha256 = (key, message) => hmac(sha256, key, message);

/** secp256k1 with synchronous hashes. */
export const curve = { getPublicKey, Point, schnorr, sign, verify } as const;

/** The order of the group. */
export const CURVE_ORDER: bigint = Point.CURVE().n;

/** A big-endian number. */
export const numberOf = (bytes: Uint8Array): bigint => BigInt(`0x${bytes.toHex() || "0"}`);

/** A number below 2^256 as 32 bytes, big-endian. */
export const bytesOf = (number: bigint): Uint8Array =>
  Uint8Array.fromHex(number.toString(16).padStart(64, "0"));
