/**
 * Cryptography over public data and link secrets: node:crypto where Bun has it in native code,
 * `@noble/secp256k1` for the curve. Nothing here may be handed a seed, a share or a node.
 */
import { createHash, createHmac, scrypt as deriveScrypt } from "node:crypto";
import type { Crypto, Hash } from "../../firmware/hal.ts";
import { openAesGcm, sealAesGcm } from "./aes-gcm.ts";
import { CURVE_ORDER, curve, numberOf } from "./curve.ts";
import { verifyEd25519 } from "./ed25519.ts";
import { keyAgreement } from "./x25519.ts";

const SCALAR_BYTES = 32;
const SIGNATURE_BYTES = 64;
const DIGEST_BYTES = 32;
const X_ONLY_BYTES = 32;

/** An ordinary view: node's buffers print, compare and slice in ways of their own. */
const plain = (buffer: Uint8Array): Uint8Array =>
  new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);

const streaming = (algorithm: "sha256" | "sha512"): Hash => {
  const state = createHash(algorithm);
  const hash: Hash = {
    update: (data) => {
      state.update(data);
      return hash;
    },
    digest: () => plain(state.digest()),
  };
  return hash;
};

const scrypt: Crypto["scrypt"] = (password, salt, { n, r, p, length }) => {
  // OpenSSL counts the block of each lane and a little more than RFC 7914's N * r * 128.
  const maxmem = 128 * r * (n + p + 2);
  return new Promise((resolve, reject) => {
    deriveScrypt(password, salt, length, { N: n, r, p, maxmem }, (error, derived) => {
      // Bun gives undefined where Node gives null.
      if (error instanceof Error) reject(error);
      else resolve(plain(derived));
    });
  });
};

const verifyEcdsa: Crypto["verifyEcdsa"] = (signature, digest, publicKey) => {
  if (signature.length !== SIGNATURE_BYTES || digest.length !== DIGEST_BYTES) return false;
  return curve.verify(signature, digest, publicKey, { prehash: false, lowS: true });
};

const verifySchnorr: Crypto["verifySchnorr"] = (signature, message, publicKey) => {
  if (signature.length !== SIGNATURE_BYTES || publicKey.length !== X_ONLY_BYTES) return false;
  return curve.schnorr.verify(signature, message, publicKey);
};

const addTweak: Crypto["addTweak"] = (publicKey, tweak) => {
  if (tweak.length !== SCALAR_BYTES) return undefined;
  const scalar = numberOf(tweak);
  if (scalar >= CURVE_ORDER) return undefined;
  try {
    const point = curve.Point.fromBytes(publicKey);
    const sum = scalar === 0n ? point : point.add(curve.Point.BASE.multiply(scalar));
    return sum.is0() ? undefined : sum.toBytes(true);
  } catch {
    return undefined;
  }
};

/** Cryptography for any board; verification answers whatever a peer sends and never throws. */
export const createCrypto = (): Crypto => ({
  sha256: () => streaming("sha256"),
  sha512: () => streaming("sha512"),
  ripemd160: (data) => plain(createHash("ripemd160").update(data).digest()),
  hmacSha256: (key, data) => plain(createHmac("sha256", key).update(data).digest()),
  hmacSha512: (key, data) => plain(createHmac("sha512", key).update(data).digest()),
  scrypt,
  aesGcmSeal: sealAesGcm,
  aesGcmOpen: openAesGcm,
  keyAgreement,
  verifyEd25519,
  verifyEcdsa,
  verifySchnorr,
  addTweak,
});
