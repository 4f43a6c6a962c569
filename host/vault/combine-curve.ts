/** BIP-340 and BIP-341 on the vault's curve. ECDSA is in wallet-curve.ts. */

import * as curve from "@bitcoinerlab/secp256k1";
import { crypto } from "bitcoinjs-lib";
import { compactSize, isSame, joinBytes, withLength } from "./byte-parts.ts";

/** Whether a BIP-340 signature (64 bytes) holds under a key of 32 bytes; never throws. */
export const isSchnorrValid = (
  digest: Uint8Array,
  publicKey: Uint8Array,
  signature: Uint8Array,
): boolean => {
  try {
    return curve.verifySchnorr(digest, publicKey, signature);
  } catch {
    return false;
  }
};

/** The hash of a leaf (BIP-341, "Script validation rules"). */
export const leafHashOf = (version: number, script: Uint8Array): Uint8Array =>
  crypto.taggedHash("TapLeaf", joinBytes([compactSize(version), withLength(script)]));

const branchHash = (left: Uint8Array, right: Uint8Array): Uint8Array =>
  crypto.taggedHash(
    "TapBranch",
    joinBytes(Buffer.compare(left, right) < 0 ? [left, right] : [right, left]),
  );

const HEAD_BYTES = 33;
const NODE_BYTES = 32;
/** Levels of a script tree (BIP-341). */
const MAXIMUM_DEPTH = 128;

/**
 * Whether an output key commits to a leaf by this control block (BIP-341, "Script validation
 * rules"); never throws.
 */
export const isLeafCommitted = (
  outputKey: Uint8Array,
  control: Uint8Array,
  leafHash: Uint8Array,
): boolean => {
  const depth = (control.length - HEAD_BYTES) / NODE_BYTES;
  if (!Number.isInteger(depth) || depth < 0 || depth > MAXIMUM_DEPTH) return false;
  const internalKey = control.subarray(1, HEAD_BYTES);
  const nodes = Array.from({ length: depth }, (_, at) =>
    control.subarray(HEAD_BYTES + at * NODE_BYTES, HEAD_BYTES + (at + 1) * NODE_BYTES),
  );
  const root = nodes.reduce(branchHash, leafHash);
  try {
    const tweak = crypto.taggedHash("TapTweak", joinBytes([internalKey, root]));
    const tweaked = curve.xOnlyPointAddTweak(internalKey, tweak);
    return (
      tweaked !== null &&
      isSame(tweaked.xOnlyPubkey, outputKey) &&
      tweaked.parity === ((control[0] ?? 0) & 1)
    );
  } catch {
    return false;
  }
};
