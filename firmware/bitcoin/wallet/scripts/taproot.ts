/** Taproot outputs: an internal key, and where there are scripts their tree (BIP-341, BIP-386). */
import type { Crypto } from "../../../hal.ts";
import { compareBytes } from "../../encoding/bytes.ts";
import { encodeCompactSize } from "../../encoding/compact-size.ts";
import { createTaggedHash } from "../../encoding/tagged-hash.ts";
import type { TapTree, Template } from "../template/template.ts";
import type { DerivedLeaf, DerivedTaproot, ScriptBuilder } from "./derived-script.ts";
import { leafScript } from "./multisig.ts";
import { witnessProgramScript } from "./output-scripts.ts";

/** The one version of leaves that has a meaning (BIP-342). */
export const LEAF_VERSION = 0xc0;
const EVEN = 0x02;
const OP_1 = 0x51;
const NONE = new Uint8Array(0);

/** An internal key with what is added to it. */
export type TaprootOutput = Pick<DerivedTaproot, "internalKey" | "outputKey" | "parity" | "tweak">;

/** The hashes of script trees, and the outputs that commit to them. */
export interface Taproot {
  /** Of a leaf; of version 0xc0 unless told. */
  readonly leafHash: (script: Uint8Array, version?: number) => Uint8Array;
  /** Of two hashes in either order. */
  readonly branchHash: (one: Uint8Array, other: Uint8Array) => Uint8Array;
  /**
   * The output of a key of 33 bytes, whose parity does not count, and a root of 32 bytes or none;
   * `undefined` for one tweak in 2^127. `known` is the output's key, where it was computed before.
   */
  readonly output: (
    publicKey: Uint8Array,
    merkleRoot: Uint8Array,
    known?: Uint8Array,
  ) => TaprootOutput | undefined;
}

/** The hashes that BIP-341 tags. */
export const createTaproot = (crypto: Crypto): Taproot => {
  const leaf = createTaggedHash("TapLeaf", crypto);
  const branch = createTaggedHash("TapBranch", crypto);
  const tweakHash = createTaggedHash("TapTweak", crypto);
  return {
    leafHash: (script, version = LEAF_VERSION) =>
      leaf(Uint8Array.of(version), encodeCompactSize(script.length), script),
    branchHash: (one, other) =>
      compareBytes(one, other) <= 0 ? branch(one, other) : branch(other, one),
    output: (publicKey, merkleRoot, known) => {
      const even = publicKey.slice();
      even[0] = EVEN;
      const internalKey = even.slice(1);
      const tweak = tweakHash(internalKey, merkleRoot);
      const output = known ?? crypto.addTweak(even, tweak);
      if (output === undefined) return undefined;
      const parity = output[0] === EVEN ? 0 : 1;
      return { internalKey, outputKey: output.slice(1), parity, tweak };
    },
  };
};

/** Hashes a tree from its leaves up, which it adds to a list in order; gives the root. */
const hashTree = (
  tree: TapTree,
  publicKeys: readonly Uint8Array[],
  taproot: Taproot,
  leaves: DerivedLeaf[],
): Uint8Array => {
  if ("left" in tree) {
    const left = hashTree(tree.left, publicKeys, taproot, leaves);
    return taproot.branchHash(left, hashTree(tree.right, publicKeys, taproot, leaves));
  }
  const script = leafScript(tree, publicKeys);
  const hash = taproot.leafHash(script);
  leaves.push({ script, hash, expressions: tree.expressions });
  return hash;
};

/** Builds the outputs of a `tr` template. */
export const taprootBuilder = ({ tree }: Template, crypto: Crypto): ScriptBuilder => {
  const taproot = createTaproot(crypto);
  return (publicKeys, outputKey) => {
    const [internal] = publicKeys;
    const leaves: DerivedLeaf[] = [];
    const merkleRoot = tree === undefined ? NONE : hashTree(tree, publicKeys, taproot, leaves);
    const output = internal && taproot.output(internal, merkleRoot, outputKey);
    return (
      output && {
        scriptPubKey: witnessProgramScript(OP_1, output.outputKey),
        scriptCode: NONE,
        publicKeys,
        taproot: { ...output, merkleRoot, leaves },
      }
    );
  };
};
