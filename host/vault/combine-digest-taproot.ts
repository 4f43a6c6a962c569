/**
 * The digests that taproot signatures sign (BIP-341, "Common signature message", and BIP-342,
 * "Common Signature Message Extension"). The five hashes that all inputs share are made once.
 */

import { crypto, type Transaction } from "bitcoinjs-lib";
import { joinBytes, uint32, uint64, withLength } from "./byte-parts.ts";
import { isSighashType, partsOf, readSighash, SIGHASH } from "./combine-digest.ts";
import type { SpentOutput } from "./combine-spent.ts";

/**
 * The digest of one input, 32 bytes.
 *
 * @param leafHash of a script path: 32 bytes
 * @returns `undefined` where there is no such input, the type is none, or SIGHASH_SINGLE has no
 * output of the input's position, which makes a signature invalid (BIP-341)
 */
export type TaprootDigest = (
  input: number,
  sighash: number,
  leafHash?: Uint8Array,
) => Uint8Array | undefined;

/** BIP-342: the key version, and the position of an OP_CODESEPARATOR where none was run. */
const EXTENSION_END = joinBytes([Uint8Array.of(0), uint32(0xffff_ffff)]);

const extensionOf = (leafHash: Uint8Array | undefined): readonly Uint8Array[] =>
  leafHash === undefined ? [] : [leafHash, EXTENSION_END];

const sha256Of = (parts: readonly Uint8Array[]): Uint8Array => crypto.sha256(joinBytes(parts));

/** Prepares the digests; `spent` has the output that each input spends, in their order. */
export const taprootDigests = (
  transaction: Transaction,
  spent: readonly SpentOutput[],
): TaprootDigest => {
  const { outpoints, sequences, outputs } = partsOf(transaction);
  const amounts = spent.map(({ value }) => uint64(value));
  const scripts = spent.map(({ script }) => withLength(script));
  const inputsHashes = joinBytes([outpoints, amounts, scripts, sequences].map(sha256Of));
  const outputsHash = sha256Of(outputs);
  const head = joinBytes([uint32(transaction.version), uint32(transaction.locktime)]);

  /** What the message says of the input itself, or `undefined` where there is none. */
  const own = (input: number, isAnyoneCanPay: boolean): readonly Uint8Array[] | undefined => {
    if (!isAnyoneCanPay) return input < outpoints.length ? [uint32(input)] : undefined;
    const parts = [outpoints[input], amounts[input], scripts[input], sequences[input]];
    const found = parts.filter((part) => part !== undefined);
    return found.length === parts.length ? found : undefined;
  };

  /** The hash of the one output of SIGHASH_SINGLE. */
  const single = (input: number, mode: number): readonly Uint8Array[] | undefined => {
    if (mode !== SIGHASH.single) return [];
    const output = outputs[input];
    return output === undefined ? undefined : [crypto.sha256(output)];
  };

  /** What the message says of all inputs and outputs. */
  const sharedParts = (mode: number, isAnyoneCanPay: boolean): readonly Uint8Array[] => [
    head,
    ...(isAnyoneCanPay ? [] : [inputsHashes]),
    ...(mode <= SIGHASH.all ? [outputsHash] : []),
  ];

  return (input, sighash, leafHash) => {
    if (sighash !== SIGHASH.default && !isSighashType(sighash)) return undefined;
    const { outputs: mode, isAnyoneCanPay } = readSighash(sighash);
    const [ownParts, singleParts] = [own(input, isAnyoneCanPay), single(input, mode)];
    if (ownParts === undefined || singleParts === undefined) return undefined;
    const message = joinBytes([
      // The message's epoch, then its first member.
      Uint8Array.of(0, sighash),
      ...sharedParts(mode, isAnyoneCanPay),
      Uint8Array.of(leafHash === undefined ? 0 : 2),
      ...ownParts,
      ...singleParts,
      ...extensionOf(leafHash),
    ]);
    return crypto.taggedHash("TapSighash", message);
  };
};
