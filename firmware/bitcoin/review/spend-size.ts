/** How large a transaction is once it is signed. */
import type { Psbt } from "../psbt/psbt.ts";
import { outputBytesOf } from "../transaction/transaction.ts";
import type { KeyGroup, TapTree } from "../wallet/template/template.ts";
import type { WalletPolicy } from "../wallet/wallet-policy.ts";

/** Version, lock time, and the counts of inputs and outputs in their usual size. */
const BARE_BYTES = 10;
/** Outpoint, sequence, and the size of an empty script. */
const INPUT_BYTES = 41;
/** An ECDSA signature of low R and low S in DER, with its size and its sighash byte. */
const ECDSA_BYTES = 72;
/** A BIP-340 signature with its size. */
const SCHNORR_BYTES = 65;
/** A compressed key with its size. */
const KEY_BYTES = 34;
const WEIGHT_PER_BYTE = 4;
const SEGWIT_MARKER_WEIGHT = 2;
/** An input of somebody else's, of which nothing is known: taken for P2WPKH. */
const FOREIGN_WEIGHT = 108;

/** Of a taproot template the internal key is the first. */
const INTERNAL = 0;
/** Bytes that one opcode can push. */
const LARGEST_PUSH = 75;

const sizeBytes = (length: number): number => (length < 0xfd ? 1 : 3);
const sized = (length: number): number => sizeBytes(length) + length;

/** `k <keys> n OP_CHECKMULTISIG`. */
const multisigBytes = (keys: number): number => KEY_BYTES * keys + 3;
/** `<key> OP_CHECKSIG <key> OP_CHECKSIGADD … k OP_NUMEQUAL`; `pk` is one key and one opcode. */
const leafBytes = ({ name, expressions }: KeyGroup): number =>
  name === "pk" ? KEY_BYTES : KEY_BYTES * expressions.length + 2;

const multisigWitness = (threshold: number, keys: number): number =>
  2 + ECDSA_BYTES * threshold + sized(multisigBytes(keys));

/** Bytes that push so many bytes in a script, with these. */
const pushed = (length: number): number => {
  if (length <= LARGEST_PUSH) return 1 + length;
  return (length <= 0xff ? 2 : 3) + length;
};

/** `OP_0`, signatures and the redeem script; without the byte of size that every input has. */
const multisigInput = (threshold: number, keys: number): number => {
  const length = 1 + ECDSA_BYTES * threshold + pushed(multisigBytes(keys));
  return sizeBytes(length) - 1 + length;
};

/** Signatures, empty ones in the place of others, the script, and a control block. */
const leafWitness = ({ leaf, forks }: PlacedLeaf): number =>
  1 +
  SCHNORR_BYTES * leaf.threshold +
  (leaf.expressions.length - leaf.threshold) +
  sized(leafBytes(leaf)) +
  sized(33 + 32 * forks);

/** A leaf, and how many forks are above it. */
interface PlacedLeaf {
  readonly leaf: KeyGroup;
  readonly forks: number;
}

const placedLeaves = (tree: TapTree, forks = 0): readonly PlacedLeaf[] =>
  "left" in tree
    ? [...placedLeaves(tree.left, forks + 1), ...placedLeaves(tree.right, forks + 1)]
    : [{ leaf: tree, forks }];

/** By the output's own key where it is ours, else by the first leaf that has our key. */
const taprootWeight = ({ tree, expressions }: WalletPolicy, ownKeyIndex: number): number => {
  const isOwn = (expression: number): boolean => expressions[expression]?.key === ownKeyIndex;
  const leaves = tree === undefined || isOwn(INTERNAL) ? [] : placedLeaves(tree);
  const spent = leaves.find(({ leaf }) => leaf.expressions.some(isOwn));
  return spent === undefined ? 1 + SCHNORR_BYTES : leafWitness(spent);
};

/** What an input of a wallet weighs beyond an empty one, in weight units. */
const satisfactionWeight = (policy: WalletPolicy, ownKeyIndex: number): number => {
  const { kind, threshold, expressions } = policy;
  const keys = expressions.length;
  switch (kind) {
    case "pkh":
      return WEIGHT_PER_BYTE * (ECDSA_BYTES + KEY_BYTES);
    case "wpkh":
      return 1 + ECDSA_BYTES + KEY_BYTES;
    case "sh-wpkh":
      return WEIGHT_PER_BYTE * 23 + 1 + ECDSA_BYTES + KEY_BYTES;
    case "sh":
      return WEIGHT_PER_BYTE * multisigInput(threshold, keys);
    case "wsh":
      return multisigWitness(threshold, keys);
    case "sh-wsh":
      return WEIGHT_PER_BYTE * 35 + multisigWitness(threshold, keys);
    case "tr":
      return taprootWeight(policy, ownKeyIndex);
  }
};

/** Virtual bytes (BIP-141) of a transaction once it is signed, as near as is known before. */
export const signedSize = (
  { outputs }: Psbt,
  { policy, ownKeyIndex }: { readonly policy: WalletPolicy; readonly ownKeyIndex: number },
  inputs: { readonly own: number; readonly foreign: number },
): number => {
  const paid = outputs.reduce((bytes, output) => bytes + outputBytesOf(output).length, 0);
  const bare = BARE_BYTES + INPUT_BYTES * (inputs.own + inputs.foreign) + paid;
  const satisfied =
    inputs.own * satisfactionWeight(policy, ownKeyIndex) + inputs.foreign * FOREIGN_WEIGHT;
  return Math.ceil(bare + (SEGWIT_MARKER_WEIGHT + satisfied) / WEIGHT_PER_BYTE);
};
