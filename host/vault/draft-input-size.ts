/**
 * How heavy an input of each kind of wallet gets once it is signed: an upper bound that no
 * signature exceeds, and that none misses by more than a byte or two per signature.
 */

import { compactSizeBytes, WITNESS_SCALE } from "./draft-size.ts";
import type { KeyScript, TaprootLeaf, WalletAddress } from "./wallet/index.ts";

/**
 * A DER signature with low s (r of 33 bytes, s of 32, six of framing) and the sighash byte. With
 * low r it has 71; shorter ones are rare.
 */
const ECDSA_BYTES = 72;
/** BIP-340, with the sighash DEFAULT that takes no byte (BIP-341). */
const SCHNORR_BYTES = 64;
const PUBLIC_KEY_BYTES = 33;

/** What an input's size depends on. */
export type Spend = Pick<WalletAddress, "kind" | "redeemScript" | "witnessScript" | "taproot">;

const repeat = (count: number, bytes: number): readonly number[] =>
  Array.from({ length: count }, () => bytes);

const sum = (numbers: readonly number[]): number =>
  numbers.reduce((total, number) => total + number, 0);

/** Bytes of a push in a script: OP_PUSHDATA1 above 75 bytes, OP_PUSHDATA2 above 255. */
const pushBytes = (bytes: number): number => {
  if (bytes <= 75) return 1 + bytes;
  return bytes <= 0xff ? 2 + bytes : 3 + bytes;
};

/** Bytes of a witness with items of these lengths. */
const stackBytes = (items: readonly number[]): number =>
  compactSizeBytes(items.length) + sum(items.map((bytes) => compactSizeBytes(bytes) + bytes));

/** Signatures for `multi_a`, and an empty item for each key that doesn't sign (BIP-387). */
const leafSignatures = ({ threshold, expressions }: KeyScript): readonly number[] => [
  ...repeat(threshold, SCHNORR_BYTES),
  ...repeat(expressions.length - threshold, 0),
];

const leafItems = ({ asks, script, controlBlock }: TaprootLeaf): readonly number[] => [
  ...leafSignatures(asks),
  script.length,
  controlBlock.length,
];

/** Lengths of what the input script pushes. */
const scriptItems = (spend: Spend, threshold: number): readonly number[] => {
  const { kind, redeemScript } = spend;
  if (kind === "pkh") return [ECDSA_BYTES, PUBLIC_KEY_BYTES];
  const script = redeemScript === undefined ? [] : [redeemScript.length];
  return kind === "sh" ? [...repeat(threshold, ECDSA_BYTES), ...script] : script;
};

/** Bytes of the largest witness: of a taproot with a tree, whichever way it is spent. */
const witnessBytes = ({ kind, witnessScript, taproot }: Spend, threshold: number): number => {
  if (kind === "wpkh" || kind === "sh-wpkh") return stackBytes([ECDSA_BYTES, PUBLIC_KEY_BYTES]);
  if (witnessScript !== undefined)
    return stackBytes([0, ...repeat(threshold, ECDSA_BYTES), witnessScript.length]);
  if (taproot === undefined) return 0;
  const leaves = taproot.leaves.map((leaf) => stackBytes(leafItems(leaf)));
  return Math.max(stackBytes([SCHNORR_BYTES]), ...leaves);
};

/**
 * Weight units of an input that spends a coin of a wallet. For 2-of-3 P2WSH at most 164 + (1 + 1 +
 * 2 * 73 + 1 + 105) = 418, or 104.5 vB.
 *
 * @param spend an address of the wallet: all of them come to the same
 * @param threshold how many signatures, except for a taproot's leaves, which say it themselves
 */
export const inputWeight = (spend: Spend, threshold: number): number => {
  const outpointAndSequence = 32 + 4 + 4;
  // OP_CHECKMULTISIG takes one element too many off the stack (BIP-147).
  const dummy = spend.kind === "sh" ? 1 : 0;
  const script = dummy + sum(scriptItems(spend, threshold).map(pushBytes));
  const bare = outpointAndSequence + compactSizeBytes(script) + script;
  return WITNESS_SCALE * bare + witnessBytes(spend, threshold);
};
