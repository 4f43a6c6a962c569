/** A wallet's taproot outputs: keys, leaves and what proves each leaf (BIP-341, 342, 386, 387). */

import { opcodes, script } from "bitcoinjs-lib";
import {
  findScriptPath,
  type HashTree,
  LEAF_VERSION_TAPSCRIPT,
  tapleafHash,
  tapTweakHash,
  toHashTree,
  tweakKey,
} from "bitcoinjs-lib/src/payments/bip341";
import { assert } from "../../../protocol/errors.ts";
import { compareBytes, concatBytes } from "./bytes.ts";
import { type KeyScript, leavesOf, type ScriptTree } from "./template.ts";

/** A way to spend by a script. */
export interface TaprootLeaf {
  readonly script: Uint8Array;
  /** 32 bytes: the TapLeaf hash of leaf version 0xc0. */
  readonly hash: Uint8Array;
  /** Leaf version and parity, internal key, hashes up to the root: 33 bytes and 32 a level. */
  readonly controlBlock: Uint8Array;
  /** Branches between leaf and root. */
  readonly depth: number;
  /** What the script asks for; its keys are positions in the address's public keys. */
  readonly asks: KeyScript;
}

/** What a taproot output is made of. Keys are x-only: 32 bytes. */
export interface TaprootOutput {
  readonly internalKey: Uint8Array;
  readonly outputKey: Uint8Array;
  /** 32 bytes: the tweak that leads from the internal key to the output key. */
  readonly tweak: Uint8Array;
  /** 32 bytes; `undefined` where there is no tree. */
  readonly merkleRoot: Uint8Array | undefined;
  /** From left to right. */
  readonly leaves: readonly TaprootLeaf[];
}

/** Leaf version of BIP-342. */
export const LEAF_VERSION = LEAF_VERSION_TAPSCRIPT;

type Tree = Parameters<typeof toHashTree>[0];

/** A key without its parity: 32 bytes of 33 (BIP-340). */
export const xOnly = (publicKey: Uint8Array): Uint8Array => publicKey.subarray(1);

/** `<key> OP_CHECKSIG`, and for multi_a the further keys and the threshold (BIP-387). */
const leafScript = (asks: KeyScript, publicKeys: readonly Uint8Array[]): Uint8Array => {
  const written = asks.expressions.flatMap((position) => {
    const publicKey = publicKeys[position];
    return publicKey === undefined ? [] : [xOnly(publicKey)];
  });
  const keys = asks.name === "sortedmulti_a" ? written.toSorted(compareBytes) : written;
  const checks = keys.flatMap((key, place) => [
    key,
    place === 0 ? opcodes.OP_CHECKSIG : opcodes.OP_CHECKSIGADD,
  ]);
  const count = asks.name === "pk" ? [] : [opcodes.OP_1 + asks.threshold - 1, opcodes.OP_NUMEQUAL];
  return script.compile([...checks, ...count]);
};

const treeOf = (tree: ScriptTree, publicKeys: readonly Uint8Array[]): Tree =>
  "leaf" in tree
    ? { output: leafScript(tree.leaf, publicKeys) }
    : [treeOf(tree.left, publicKeys), treeOf(tree.right, publicKeys)];

/**
 * Makes an output of a template's tree.
 *
 * @param publicKeys 33 bytes each, one for each of the template's expressions: the first is the
 * internal key
 */
export const taprootOutput = (
  tree: ScriptTree | undefined,
  publicKeys: readonly Uint8Array[],
): TaprootOutput => {
  const [first] = publicKeys;
  assert(first !== undefined, "a taproot has an internal key");
  const internalKey = xOnly(first);
  const hashes: HashTree | undefined =
    tree === undefined ? undefined : toHashTree(treeOf(tree, publicKeys));
  const merkleRoot = hashes?.hash;
  const output = tweakKey(internalKey, merkleRoot);
  assert(output !== null, "a tweak that leads nowhere has a chance of 2^-128");
  const leaves = leavesOf(tree).map(({ leaf: asks, depth }): TaprootLeaf => {
    const leaf = leafScript(asks, publicKeys);
    const hash = tapleafHash({ output: leaf });
    const path = hashes === undefined ? undefined : findScriptPath(hashes, hash);
    assert(path !== undefined, "a leaf stands in its own tree");
    const head = Uint8Array.of(LEAF_VERSION | output.parity);
    const controlBlock = concatBytes([head, internalKey, ...path]);
    return { script: leaf, hash, controlBlock, depth, asks };
  });
  const tweak = tapTweakHash(internalKey, merkleRoot);
  return { internalKey, outputKey: output.x, tweak, merkleRoot, leaves };
};
