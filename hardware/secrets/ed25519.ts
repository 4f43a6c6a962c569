/**
 * Ed25519 verification (RFC 8032) over node:crypto. A public key of small order is refused: under
 * one of those, the key of 32 zero bytes among them, some signatures hold for many messages.
 */
import { createPublicKey, verify } from "node:crypto";

const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
const SIGN_BIT = 0x80;

/** RFC 8410, section 4: the SubjectPublicKeyInfo up to the key. */
const SPKI_HEAD = Uint8Array.fromHex("302a300506032b6570032100");

/** The y coordinates of the eight points of small order, and those written without reduction. */
const SMALL_ORDER: ReadonlySet<string> = new Set([
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
]);

const hasSmallOrder = (publicKey: Uint8Array): boolean => {
  const y = publicKey.slice();
  y[KEY_BYTES - 1] = (y[KEY_BYTES - 1] ?? 0) & ~SIGN_BIT;
  return SMALL_ORDER.has(y.toHex());
};

/** False for anything but a valid signature; never throws. */
export const verifyEd25519 = (
  signature: Uint8Array,
  message: Uint8Array,
  publicKey: Uint8Array,
): boolean => {
  if (signature.length !== SIGNATURE_BYTES || publicKey.length !== KEY_BYTES) return false;
  if (hasSmallOrder(publicKey)) return false;
  const spki = Buffer.concat([SPKI_HEAD, publicKey]);
  try {
    const key = createPublicKey({ key: spki, format: "der", type: "spki" });
    return verify(null, message, key, signature);
  } catch {
    return false;
  }
};
