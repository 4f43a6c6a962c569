/**
 * Cryptography over public data and link secrets: node:crypto and the runtime's hashes, the
 * curve by libsecp256k1 or `@noble/secp256k1`. Nothing here may be handed a seed, share or node.
 */
import { createHash, createHmac, scrypt as deriveScrypt } from "node:crypto";
import { hmacSha512, sha256, sha256Of, sha512 } from "#hashes";
import { nativeVerification } from "#native-engine";
import type { Crypto, Secrets } from "../../firmware/hal.ts";
import { openAesGcm, sealAesGcm } from "./aes-gcm.ts";
import { verifyEd25519 } from "./ed25519.ts";
import type { Verification } from "./native/verification.ts";
import { portableVerification } from "./portable/verification.ts";
import { keyAgreement } from "./x25519.ts";

/** An ordinary copy: node's buffers print, compare and slice in ways of their own. */
const plain = (buffer: Uint8Array): Uint8Array => new Uint8Array(buffer);

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

/** The curve of an engine. */
const curveOf = (engine: Secrets["engine"]): Verification =>
  engine === "portable" ? portableVerification : nativeVerification();

/**
 * Cryptography for any board, the curve by the engine that the board has; verification answers
 * whatever a peer sends and never throws.
 */
export const createCrypto = (engine: Secrets["engine"] = "portable"): Crypto => ({
  sha256,
  sha256Of,
  sha512,
  ripemd160: (data) => plain(createHash("ripemd160").update(data).digest()),
  hmacSha256: (key, data) => plain(createHmac("sha256", key).update(data).digest()),
  hmacSha512,
  scrypt,
  aesGcmSeal: sealAesGcm,
  aesGcmOpen: openAesGcm,
  keyAgreement,
  verifyEd25519,
  ...curveOf(engine),
});
