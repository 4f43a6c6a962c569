/** The same hashes where Bun is not: by node:crypto. */
import { createHash, createHmac } from "node:crypto";
import type { Hash } from "../../../firmware/hal.ts";

/** An ordinary copy: node's buffers print, compare and slice in ways of their own. */
const plain = (buffer: Uint8Array): Uint8Array => new Uint8Array(buffer);

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

/** SHA-256, as it comes. */
export const sha256 = (): Hash => streaming("sha256");

/** SHA-256 of bytes that are there: 32 bytes. */
export const sha256Of = (data: Uint8Array): Uint8Array =>
  plain(createHash("sha256").update(data).digest());

/** SHA-512, as it comes. */
export const sha512 = (): Hash => streaming("sha512");

/** 64 bytes. */
export const hmacSha512 = (key: Uint8Array, data: Uint8Array): Uint8Array =>
  plain(createHmac("sha512", key).update(data).digest());
