/** Bitcoin Core's low-R signature, by `@noble/curves`. */
import { secp256k1 } from "@noble/curves/secp256k1.js";

/** 64 bytes: without extra entropy first, then with 1, 2, 3 and so on, little-endian. */
export const lowRSignature = (digest: Uint8Array, secretKey: Uint8Array): Uint8Array => {
  let signature = secp256k1.sign(digest, secretKey, { prehash: false });
  for (let counter = 1; (signature[0] ?? 0) >= 0x80; counter += 1) {
    const extraEntropy = new Uint8Array(32);
    extraEntropy[0] = counter;
    signature = secp256k1.sign(digest, secretKey, { prehash: false, extraEntropy });
  }
  return signature;
};
