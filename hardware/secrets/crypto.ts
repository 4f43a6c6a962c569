/**
 * Cryptography over public data and link secrets: node:crypto where Bun has it in native code, the
 * curve by libsecp256k1 or `@noble/secp256k1`. Nothing here may be handed a seed, share or node.
 */
import { createHash, createHmac, scrypt as deriveScrypt } from "node:crypto";
import type { Crypto, Hash, Secrets } from "../../firmware/hal.ts";
import { assert } from "../../protocol/errors.ts";
import { openAesGcm, sealAesGcm } from "./aes-gcm.ts";
import { verifyEd25519 } from "./ed25519.ts";
import { openLibraries } from "./native/libraries.ts";
import { createVerification, type Verification } from "./native/verification.ts";
import { portableVerification } from "./portable/verification.ts";
import { keyAgreement } from "./x25519.ts";

/** An ordinary copy: node's buffers print, compare and slice in ways of their own. */
const plain = (buffer: Uint8Array): Uint8Array => new Uint8Array(buffer);

const SHA256_BYTES = 32;
const SHA512_BYTES = 64;

/** Bun's own cost a third of node:crypto's: 2,000 inputs ask 20,000 times. */
const streaming = (state: Bun.SHA256 | Bun.SHA512, bytes: number): Hash => {
  const hash: Hash = {
    update: (data) => {
      state.update(data);
      return hash;
    },
    digest: () => {
      const out = new Uint8Array(bytes);
      state.digest(out);
      return out;
    },
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

/** The curve of an engine; that of the native one is opened once in a process. */
const curveOf = (engine: Secrets["engine"]): Verification => {
  if (engine === "portable") return portableVerification;
  if (native === undefined) {
    const libraries = openLibraries();
    assert(libraries.ok, "who asks for the native engine has it");
    native = createVerification(libraries.value);
  }
  return native;
};

let native: Verification | undefined;

/**
 * Cryptography for any board, the curve by the engine that the board has; verification answers
 * whatever a peer sends and never throws.
 */
export const createCrypto = (engine: Secrets["engine"] = "portable"): Crypto => ({
  sha256: () => streaming(new Bun.SHA256(), SHA256_BYTES),
  sha256Of: (data) => {
    const out = new Uint8Array(SHA256_BYTES);
    Bun.SHA256.hash(data, out);
    return out;
  },
  sha512: () => streaming(new Bun.SHA512(), SHA512_BYTES),
  ripemd160: (data) => plain(createHash("ripemd160").update(data).digest()),
  hmacSha256: (key, data) => plain(createHmac("sha256", key).update(data).digest()),
  // Three of them derive a key of each input: node:crypto takes twice as long.
  hmacSha512: (key, data) => {
    const out = new Uint8Array(SHA512_BYTES);
    new Bun.CryptoHasher("sha512", key).update(data).digest(out);
    return out;
  },
  scrypt,
  aesGcmSeal: sealAesGcm,
  aesGcmOpen: openAesGcm,
  keyAgreement,
  verifyEd25519,
  ...curveOf(engine),
});
