/**
 * What a PSBT claims of a taproot coin (BIP-371), as tags of 32 bits: the wallet's own values are
 * what is signed, so a tag is enough to notice a claim that is another.
 */
import type { Crypto } from "../../hal.ts";
import { sha256, uint32At } from "../encoding/bytes.ts";

const TAG_BYTES = 4;

/** A tag of an internal key and a merkle root, each empty where nothing is claimed: 4 bytes. */
export const claimTag = (internalKey: Uint8Array, root: Uint8Array, crypto: Crypto): Uint8Array =>
  sha256(crypto, internalKey, root).subarray(0, TAG_BYTES);

/** A tag of a leaf: its version and its script. */
export const leafTag = (version: number, script: Uint8Array, crypto: Crypto): number =>
  uint32At(sha256(crypto, Uint8Array.of(version), script), 0);
