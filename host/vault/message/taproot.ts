/** Taproot's commitments (BIP-341): a leaf's hash, and whether an output key commits to it. */

import { xOnlyPointAddTweak } from "@bitcoinerlab/secp256k1";
import { crypto } from "bitcoinjs-lib";
import { compactSize } from "./serialisation.ts";
import { isSame } from "./output-script.ts";
import type { Leaf } from "./condition.ts";

const LEAF_VERSION = 0xc0;
const PARITY_BIT = 1;
const KEY_END = 33;
const NODE_BYTES = 32;
const DEPTH_LIMIT = 128;

/** The tagged hash of a script under leaf version 0xc0: 32 bytes. */
export const leafHash = (script: Uint8Array): Uint8Array =>
  crypto.taggedHash(
    "TapLeaf",
    Buffer.concat([Uint8Array.of(LEAF_VERSION), compactSize(script.length), script]),
  );

const rootOf = (leaf: Uint8Array, path: Uint8Array): Uint8Array => {
  let node = leaf;
  for (let at = 0; at < path.length; at += NODE_BYTES) {
    const pair = [node, path.subarray(at, at + NODE_BYTES)].toSorted((left, right) =>
      Buffer.compare(left, right),
    );
    node = crypto.taggedHash("TapBranch", Buffer.concat(pair));
  }
  return node;
};

/** Whether the control block proves the leaf under the output key (BIP-341, script path). */
export const isLeafOf = (outputKey: Uint8Array, { script, controlBlock }: Leaf): boolean => {
  const [first = 0] = controlBlock;
  const path = controlBlock.subarray(KEY_END);
  const isShaped =
    controlBlock.length >= KEY_END &&
    path.length % NODE_BYTES === 0 &&
    path.length <= DEPTH_LIMIT * NODE_BYTES &&
    (first & ~PARITY_BIT) === LEAF_VERSION;
  if (!isShaped) return false;
  const internalKey = controlBlock.slice(1, KEY_END);
  const root = rootOf(leafHash(script), path);
  const tweak = crypto.taggedHash("TapTweak", Buffer.concat([internalKey, root]));
  try {
    const tweaked = xOnlyPointAddTweak(internalKey, Uint8Array.from(tweak));
    return isSame(tweaked?.xOnlyPubkey, outputKey) && tweaked?.parity === (first & PARITY_BIT);
  } catch {
    return false; // no point of the curve
  }
};
