/** The hashes that signing asks thousands of times, on Bun: a third of what node:crypto costs. */
import type { Hash } from "../../../firmware/hal.ts";

const SHA256_BYTES = 32;
const SHA512_BYTES = 64;

/** 2,000 inputs ask 20,000 times. */
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

/** SHA-256, as it comes. */
export const sha256 = (): Hash => streaming(new Bun.SHA256(), SHA256_BYTES);

/** SHA-256 of bytes that are there: 32 bytes. */
export const sha256Of = (data: Uint8Array): Uint8Array => {
  const out = new Uint8Array(SHA256_BYTES);
  Bun.SHA256.hash(data, out);
  return out;
};

/** SHA-512, as it comes. */
export const sha512 = (): Hash => streaming(new Bun.SHA512(), SHA512_BYTES);

/** 64 bytes. Three of them derive a key of each input: node:crypto takes twice as long. */
export const hmacSha512 = (key: Uint8Array, data: Uint8Array): Uint8Array => {
  const out = new Uint8Array(SHA512_BYTES);
  new Bun.CryptoHasher("sha512", key).update(data).digest(out);
  return out;
};
