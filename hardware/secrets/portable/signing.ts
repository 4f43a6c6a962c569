/**
 * Signatures over secp256k1; each is verified before it is returned, under the public key that the
 * caller expects.
 */
import type { SchnorrSettings } from "../../../firmware/hal.ts";
import { assert } from "../../../protocol/errors.ts";
import { bytesOf, CURVE_ORDER, curve, numberOf } from "../curve.ts";
import { zero } from "./bytes.ts";

const DIGEST_BYTES = 32;
const COMPRESSED_BYTES = 33;
/** SEC 1, section 2.3.3: the first byte of a compressed point whose Y is odd. */
const ODD_Y = 0x03;
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
export const signEcdsa = (
  digest: Uint8Array,
  secretKey: Uint8Array,
  publicKey: Uint8Array,
): Uint8Array => {
  assert(digest.length === DIGEST_BYTES, "a digest has 32 bytes");
  assert(publicKey.length === COMPRESSED_BYTES, "a public key has 33 bytes");
  const signature = grind(digest, secretKey);
  const holds = curve.verify(signature, digest, publicKey, { prehash: false, lowS: true });
  assert(holds, "an ECDSA signature verifies under the key that is expected");
  return signature;
};

/** BIP-341, `taproot_tweak_seckey`, with the hash already made. */
const addTweak = (secretKey: Uint8Array, tweak: Uint8Array): Uint8Array => {
  assert(tweak.length === DIGEST_BYTES, "a tweak has 32 bytes");
  const [key, t] = [numberOf(secretKey), numberOf(tweak)];
  const isOdd = curve.getPublicKey(secretKey)[0] === ODD_Y;
  const sum = ((isOdd ? CURVE_ORDER - key : key) + t) % CURVE_ORDER;
  assert(t < CURVE_ORDER && sum > 0n, "a key may be tweaked so");
  return bytesOf(sum);
};

/**
 * BIP-340 over a 32-byte message, 64 bytes. The library verifies it before it returns, under the
 * key that it made of the secret: here that one is compared with what is expected.
 */
export const signSchnorr = (
  message: Uint8Array,
  secretKey: Uint8Array,
  { auxiliary, publicKey, tweak }: SchnorrSettings,
): Uint8Array => {
  assert(message.length === DIGEST_BYTES, "a message to sign has 32 bytes");
  assert(auxiliary.length === DIGEST_BYTES, "auxiliary randomness has 32 bytes");
  const key = tweak === undefined ? secretKey.slice() : addTweak(secretKey, tweak);
  try {
    const isExpected = curve.schnorr.getPublicKey(key).toHex() === publicKey.toHex();
    assert(isExpected, "a BIP-340 signature verifies under the key that is expected");
    return curve.schnorr.sign(message, key, auxiliary);
  } finally {
    zero(key);
  }
};
