/** The tagged hashes of BIP-340. */
import type { Crypto } from "../../hal.ts";
import { asciiBytes, concatBytes, sha256 } from "./bytes.ts";

/** SHA-256 of the parts in order, behind the tag's own hash twice: 32 bytes. */
export type TaggedHash = (...parts: readonly Uint8Array[]) => Uint8Array;

/** The hash of an ASCII tag, whose own hash is computed once. */
export const createTaggedHash = (tag: string, crypto: Crypto): TaggedHash => {
  const own = sha256(crypto, asciiBytes(tag));
  const prefix = concatBytes(own, own);
  return (...parts) => sha256(crypto, prefix, ...parts);
};
