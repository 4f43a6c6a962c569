/**
 * The digests that signatures before taproot sign: BIP-143, "Specification", and the one before
 * segwit. The three hashes that all inputs share are made once, so that n segwit inputs cost n and
 * not n squared as in bitcoinjs-lib's `hashForWitnessV0`; a test asserts that both agree.
 */

import { crypto, type Transaction } from "bitcoinjs-lib";
import { joinBytes, uint32, uint64, withLength } from "./byte-parts.ts";

/** Sighash types: what of the transaction a signature is for. */
export const SIGHASH = { default: 0, all: 1, none: 2, single: 3, anyoneCanPay: 0x80 } as const;

/** Whether it is one of the six types of ECDSA. */
export const isSighashType = (sighash: number): boolean =>
  [SIGHASH.all, SIGHASH.none, SIGHASH.single].some(
    (type) => type === sighash || (type | SIGHASH.anyoneCanPay) === sighash,
  );

/** A sighash type taken apart. */
export const readSighash = (sighash: number) => ({
  outputs: sighash & 3,
  isAnyoneCanPay: (sighash & SIGHASH.anyoneCanPay) !== 0,
});

/** The digest's parts that inputs share. */
export interface TransactionParts {
  readonly outpoints: readonly Uint8Array[];
  readonly sequences: readonly Uint8Array[];
  readonly outputs: readonly Uint8Array[];
}

/** Takes a transaction apart as its digests want it. */
export const partsOf = ({ ins, outs }: Transaction): TransactionParts => ({
  outpoints: ins.map(({ hash, index }) => joinBytes([hash, uint32(index)])),
  sequences: ins.map(({ sequence }) => uint32(sequence)),
  outputs: outs.map(({ value, script }) => joinBytes([uint64(value), withLength(script)])),
});

/**
 * The digest of one input, 32 bytes.
 *
 * @param sighash SIGHASH_ALL unless given
 * @returns `undefined` where the transaction has no such input or the type is none; for
 * SIGHASH_SINGLE without an output of the input's position, which commits to no output
 */
export type InputDigest = (
  input: number,
  scriptCode: Uint8Array,
  amountSats: bigint,
  sighash?: number,
) => Uint8Array | undefined;

const NOTHING = new Uint8Array(32);

/** Prepares the digests of a transaction's segwit v0 inputs. */
export const inputDigests = (transaction: Transaction): InputDigest => {
  const { version, locktime } = transaction;
  const { outpoints, sequences, outputs } = partsOf(transaction);
  const hashPrevouts = crypto.hash256(joinBytes(outpoints));
  const hashSequence = crypto.hash256(joinBytes(sequences));
  const hashOutputs = crypto.hash256(joinBytes(outputs));
  /** By output mode; of SIGHASH_SINGLE only the output of the input's own position. */
  const outputsHash = (input: number, mode: number): Uint8Array | undefined => {
    if (mode === SIGHASH.all) return hashOutputs;
    if (mode === SIGHASH.none) return NOTHING;
    const output = outputs[input];
    return output === undefined ? undefined : crypto.hash256(output);
  };
  /** What a digest says of the other inputs: the two hashes, or nothing. */
  const othersHashes = ({ outputs: mode, isAnyoneCanPay }: ReturnType<typeof readSighash>) => [
    isAnyoneCanPay ? NOTHING : hashPrevouts,
    isAnyoneCanPay || mode !== SIGHASH.all ? NOTHING : hashSequence,
  ];
  return (input, scriptCode, amountSats, sighash = SIGHASH.all) => {
    if (!isSighashType(sighash)) return undefined;
    const type = readSighash(sighash);
    const [outpoint, sequence, outputHash] = [
      outpoints[input],
      sequences[input],
      outputsHash(input, type.outputs),
    ];
    if (outpoint === undefined || sequence === undefined || outputHash === undefined)
      return undefined;
    return crypto.hash256(
      joinBytes([
        uint32(version),
        ...othersHashes(type),
        outpoint,
        withLength(scriptCode),
        uint64(amountSats),
        sequence,
        outputHash,
        uint32(locktime),
        uint32(sighash),
      ]),
    );
  };
};

/**
 * The digest before segwit: quadratic by consensus, and bitcoinjs-lib's own.
 *
 * @returns `undefined` as `InputDigest` does: the digest 1 of an unmatched SIGHASH_SINGLE would be
 * a signature for any transaction
 */
export const legacyDigest = (
  transaction: Transaction,
  input: number,
  scriptCode: Uint8Array,
  sighash: number,
): Uint8Array | undefined => {
  const isSingle = readSighash(sighash).outputs === SIGHASH.single;
  const isUnmatched = isSingle && input >= transaction.outs.length;
  if (isUnmatched || !isSighashType(sighash) || input >= transaction.ins.length) return undefined;
  return transaction.hashForSignature(input, scriptCode, sighash);
};
