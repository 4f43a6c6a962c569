/** Taproot outputs: an internal key, and where there are scripts their tree (BIP-341, BIP-386). */
import type { Crypto } from "../../../hal.ts";
import { compareBytes } from "../../encoding/bytes.ts";
import { encodeCompactSize } from "../../encoding/reader.ts";
import { createTaggedHash, type TaggedHash } from "../../encoding/tagged-hash.ts";
import type { TapTree, Template } from "../template/template.ts";
import type { DerivedLeaf, ScriptBuilder } from "./derived-script.ts";
import { leafScript } from "./multisig.ts";
import { pushProgram } from "./output-scripts.ts";

const LEAF_VERSION = Uint8Array.of(0xc0);
const EVEN = 0x02;
const OP_1 = 0x51;
const NONE = new Uint8Array(0);

interface Hashes {
  readonly leaf: TaggedHash;
  readonly branch: TaggedHash;
}

/** Hashes a tree from its leaves up, which it adds to a list in order; gives the root. */
const hashTree = (
  tree: TapTree,
  publicKeys: readonly Uint8Array[],
  hashes: Hashes,
  leaves: DerivedLeaf[],
): Uint8Array => {
  if ("left" in tree) {
    const left = hashTree(tree.left, publicKeys, hashes, leaves);
    const right = hashTree(tree.right, publicKeys, hashes, leaves);
    return compareBytes(left, right) <= 0 ? hashes.branch(left, right) : hashes.branch(right, left);
  }
  const script = leafScript(tree, publicKeys);
  const hash = hashes.leaf(LEAF_VERSION, encodeCompactSize(script.length), script);
  leaves.push({ script, hash, expressions: tree.expressions });
  return hash;
};

/** The point with the same x and an even y: 33 bytes. */
const evenOf = (publicKey: Uint8Array): Uint8Array => {
  const even = publicKey.slice();
  even[0] = EVEN;
  return even;
};

/** Builds the outputs of a `tr` template; one chance in 2^127 that an internal key has none. */
export const taprootBuilder = ({ tree }: Template, crypto: Crypto): ScriptBuilder => {
  const hashes = {
    leaf: createTaggedHash("TapLeaf", crypto),
    branch: createTaggedHash("TapBranch", crypto),
  };
  const tweakHash = createTaggedHash("TapTweak", crypto);
  return (publicKeys) => {
    const [internal] = publicKeys;
    if (internal === undefined) return undefined;
    const leaves: DerivedLeaf[] = [];
    const merkleRoot = tree === undefined ? NONE : hashTree(tree, publicKeys, hashes, leaves);
    const even = evenOf(internal);
    const internalKey = even.subarray(1);
    const tweak = tweakHash(internalKey, merkleRoot);
    const output = crypto.addTweak(even, tweak);
    if (output === undefined) return undefined;
    const outputKey = output.subarray(1);
    return {
      scriptPubKey: pushProgram(OP_1, outputKey),
      scriptCode: NONE,
      publicKeys,
      taproot: { internalKey, outputKey, tweak, merkleRoot, leaves },
    };
  };
};
