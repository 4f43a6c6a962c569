/** ECDSA as others sign: with low R as Bitcoin Core grinds it, or without grinding. */
import { secp256k1, schnorr } from "@noble/curves/secp256k1.js";

const TOP_BIT = 0x80;

/** RFC 6979 and low S, the first nonce there is; 64 bytes. */
export const signPlain = (digest: Uint8Array, secretKey: Uint8Array): Uint8Array =>
  secp256k1.sign(digest, secretKey, { prehash: false });

/**
 * Bitcoin Core's `CKey::Sign`: without extra entropy first, then with a counter from 1 in 32 bytes
 * little-endian, until R needs no byte in front.
 */
export const signLowR = (digest: Uint8Array, secretKey: Uint8Array): Uint8Array => {
  let signature = signPlain(digest, secretKey);
  const extraEntropy = new Uint8Array(32);
  const counter = new DataView(extraEntropy.buffer);
  for (let round = 1; ((signature[0] ?? 0) & TOP_BIT) !== 0; round += 1) {
    counter.setUint32(0, round, true);
    signature = secp256k1.sign(digest, secretKey, { prehash: false, extraEntropy });
  }
  return signature;
};

/** BIP-340 with auxiliary randomness of zeros; 64 bytes. */
export const signZeroAux = (message: Uint8Array, secretKey: Uint8Array): Uint8Array =>
  schnorr.sign(message, secretKey, new Uint8Array(32));
