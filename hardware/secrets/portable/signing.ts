/** Signatures over secp256k1; each is verified before it is returned. */
import { assert } from "../../../protocol/errors.ts";
import { curve } from "../curve.ts";

const DIGEST_BYTES = 32;
const TOP_BIT = 0x80;
/** Half of all nonces will do: so many failures in a row are a broken engine. */
const TRIES = 256;

/** Bitcoin Core, `CKey::Sign`: the try's number in 32 bytes, little-endian. */
const entropyOf = (attempt: number): Uint8Array => {
  const entropy = new Uint8Array(32);
  new DataView(entropy.buffer).setUint32(0, attempt, true);
  return entropy;
};

const hasLowR = (signature: Uint8Array): boolean => ((signature[0] ?? TOP_BIT) & TOP_BIT) === 0;

const grind = (digest: Uint8Array, secretKey: Uint8Array): Uint8Array => {
  const settings = { prehash: false, lowS: true };
  for (let attempt = 0; ; attempt += 1) {
    assert(attempt < TRIES, "a low R is found soon");
    const extraEntropy = attempt === 0 ? false : entropyOf(attempt);
    const signature = curve.sign(digest, secretKey, { ...settings, extraEntropy });
    if (hasLowR(signature)) return signature;
  }
};

/**
 * ECDSA over a 32-byte digest, 64 bytes: RFC 6979, low S, and R below 2^255 by trying extra
 * entropy 1, 2, 3 and so on after none at all (Bitcoin Core, `CKey::Sign`).
 */
export const signEcdsa = (digest: Uint8Array, secretKey: Uint8Array): Uint8Array => {
  assert(digest.length === DIGEST_BYTES, "a digest has 32 bytes");
  const signature = grind(digest, secretKey);
  const publicKey = curve.getPublicKey(secretKey);
  const holds = curve.verify(signature, digest, publicKey, { prehash: false, lowS: true });
  assert(holds, "an ECDSA signature of our own verifies");
  return signature;
};

/** BIP-340 over a 32-byte message, 64 bytes; the library verifies it before it returns. */
export const signSchnorr = (
  message: Uint8Array,
  secretKey: Uint8Array,
  auxiliary: Uint8Array,
): Uint8Array => {
  assert(message.length === DIGEST_BYTES, "a message to sign has 32 bytes");
  assert(auxiliary.length === DIGEST_BYTES, "auxiliary randomness has 32 bytes");
  return curve.schnorr.sign(message, secretKey, auxiliary);
};
