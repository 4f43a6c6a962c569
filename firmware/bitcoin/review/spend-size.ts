/** How large a transaction is once it is signed. */
import type { Psbt } from "../psbt/psbt.ts";
import { outputBytesOf } from "../transaction/transaction.ts";
import { type KeyGroup, leavesOf } from "../wallet/template/template.ts";
import type { WalletPolicy } from "../wallet/wallet-policy.ts";

/** Version, lock time, and the counts of inputs and outputs in their usual size. */
const BARE_BYTES = 10;
/** Outpoint, sequence, and the size of an empty script. */
const INPUT_BYTES = 41;
/** An ECDSA signature in DER with its size and its sighash byte, at most. */
const ECDSA_BYTES = 73;
/** A BIP-340 signature with its size. */
const SCHNORR_BYTES = 65;
/** A compressed key with its size. */
const KEY_BYTES = 34;
const WEIGHT_PER_BYTE = 4;
const SEGWIT_MARKER_WEIGHT = 2;
/** An input of somebody else's, of which nothing is known: taken for P2WPKH. */
const FOREIGN_WEIGHT = 108;

const sizeBytes = (length: number): number => (length < 0xfd ? 1 : 3);
const sized = (length: number): number => sizeBytes(length) + length;

/** `k <keys> n OP_CHECKMULTISIG`. */
const multisigBytes = (keys: number): number => KEY_BYTES * keys + 3;
/** `<key> OP_CHECKSIG <key> OP_CHECKSIGADD … k OP_NUMEQUAL`; `pk` is one key and one opcode. */
const leafBytes = ({ name, expressions }: KeyGroup): number =>
  name === "pk" ? KEY_BYTES : KEY_BYTES * expressions.length + 2;

const multisigWitness = (threshold: number, keys: number): number =>
  2 + ECDSA_BYTES * threshold + sized(multisigBytes(keys));

/** Signatures, empty ones in the place of others, the script, and a control block of one fork. */
const leafWitness = (leaf: KeyGroup, forks: number): number =>
  1 +
  SCHNORR_BYTES * leaf.threshold +
  (leaf.expressions.length - leaf.threshold) +
  sized(leafBytes(leaf)) +
  sized(33 + 32 * forks);

const taprootWeight = ({ tree, expressions }: WalletPolicy, ownKeyIndex: number): number => {
  const [leaf] = tree === undefined ? [] : leavesOf(tree);
  const isByKey = leaf === undefined || expressions[0]?.key === ownKeyIndex;
  return isByKey ? 1 + SCHNORR_BYTES : leafWitness(leaf, tree === leaf ? 0 : 1);
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
      return WEIGHT_PER_BYTE * (3 + ECDSA_BYTES * threshold + sized(multisigBytes(keys)) + 1);
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
