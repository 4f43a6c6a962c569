/**
 * The signed message from before BIP-322: a hash of a sentence and the message. Nothing that a
 * transaction's signature commits to begins with that sentence. Read as one, its first bytes would
 * be a version, and the bytes after them the beginning of an outpoint or of a hash of outpoints:
 * 20 bytes and more that nobody can choose.
 */
import type { Crypto } from "../../hal.ts";
import { asciiBytes, concatBytes, doubleSha256 } from "../encoding/bytes.ts";
import { encodeCompactSize } from "../encoding/compact-size.ts";

const MAGIC = asciiBytes("\u0018Bitcoin Signed Message:\n");

/** What a legacy signature signs: 32 bytes. */
export const legacyMessageDigest = (message: Uint8Array, crypto: Crypto): Uint8Array =>
  doubleSha256(crypto, concatBytes(MAGIC, encodeCompactSize(message.length), message));
