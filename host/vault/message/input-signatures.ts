/** Whether signatures of an input hold: each under its key, all of them enough. */

import { verifySchnorr } from "@bitcoinerlab/secp256k1";
import { crypto, script, Transaction } from "bitcoinjs-lib";
import { isSignatureValid } from "../wallet-curve.ts";
import type { Condition } from "./condition.ts";
import { isSame } from "./output-script.ts";

/** An output that an input spends. */
export interface SpentOutput {
  readonly script: Uint8Array;
  readonly value: bigint;
}

/** An input in its place. */
export interface SignedInput {
  readonly transaction: Transaction;
  readonly input: number;
  /** Of every input, in order: taproot's signatures commit to all. */
  readonly spent: readonly SpentOutput[];
}

const { SIGHASH_ALL, SIGHASH_DEFAULT } = Transaction;
const SCHNORR_BYTES = 64;

type EcdsaCondition = Extract<Condition, { kind: "hash" | "multisig" }>;
type SchnorrCondition = Exclude<Condition, EcdsaCondition>;

/** The digest of an input with SIGHASH_ALL, before taproot: 32 bytes. */
export const ecdsaDigest = (
  { transaction, input, spent }: SignedInput,
  { digest, scriptCode }: EcdsaCondition,
): Uint8Array =>
  digest === "legacy"
    ? transaction.hashForSignature(input, scriptCode, SIGHASH_ALL)
    : transaction.hashForWitnessV0(input, scriptCode, spent[input]?.value ?? 0n, SIGHASH_ALL);

/** The digest of a taproot input: 32 bytes; of its key path, or of the condition's leaf. */
export const schnorrDigest = (
  { transaction, input, spent }: SignedInput,
  condition: SchnorrCondition,
  hashType: number = SIGHASH_DEFAULT,
): Uint8Array =>
  transaction.hashForWitnessV1(
    input,
    spent.map((output) => output.script),
    spent.map((output) => output.value),
    hashType,
    condition.kind === "leaf" ? condition.leafHash : undefined,
  );

/** R and S, 64 bytes, of a strict DER signature that ends in SIGHASH_ALL. */
const compactOf = (signature: Uint8Array): Uint8Array | undefined => {
  try {
    const decoded = script.signature.decode(signature);
    return decoded.hashType === SIGHASH_ALL ? decoded.signature : undefined;
  } catch {
    return undefined;
  }
};

/** Strict DER, low S and SIGHASH_ALL, under that key. */
const isEcdsaBy = (digest: Uint8Array, publicKey: Uint8Array, signature: Uint8Array): boolean => {
  const compact = compactOf(signature);
  return compact !== undefined && isSignatureValid(digest, publicKey, compact);
};

/** Whether a BIP-340 signature of 64 bytes holds; never throws. */
export const isSchnorrBy = (
  digest: Uint8Array,
  outputKey: Uint8Array,
  signature: Uint8Array,
): boolean => {
  try {
    return verifySchnorr(digest, outputKey, signature);
  } catch {
    return false;
  }
};

/** 64 bytes commit to all by DEFAULT; a byte more must say ALL (BIP-341, BIP-322). */
const isTaprootBy = (
  signed: SignedInput,
  condition: SchnorrCondition,
  publicKey: Uint8Array,
  signature: Uint8Array,
): boolean => {
  const [type = SIGHASH_DEFAULT, ...rest] = signature.subarray(SCHNORR_BYTES);
  const isTyped = signature.length === SCHNORR_BYTES || type === SIGHASH_ALL;
  if (!isTyped || rest.length > 0 || signature.length < SCHNORR_BYTES) return false;
  const digest = schnorrDigest(signed, condition, type);
  return isSchnorrBy(digest, publicKey, signature.subarray(0, SCHNORR_BYTES));
};

/** As OP_CHECKMULTISIG does: in the order of the keys, exactly as many as it asks for. */
const areOrdered = (
  digest: Uint8Array,
  threshold: number,
  publicKeys: readonly Uint8Array[],
  signatures: readonly Uint8Array[],
): boolean => {
  let found = 0;
  for (const publicKey of publicKeys) {
    const signature = signatures[found];
    if (signature !== undefined && isEcdsaBy(digest, publicKey, signature)) found += 1;
  }
  return found === threshold && signatures.length === threshold;
};

/**
 * Whether the signatures open the condition. `publicKey` is the one that the input gives, where the
 * condition knows only its hash; signatures of a leaf stand in the order of its keys, with an empty
 * one for a key that did not sign.
 */
export const areSigned = (
  signed: SignedInput,
  condition: Condition,
  signatures: readonly Uint8Array[],
  publicKey?: Uint8Array,
): boolean => {
  const [first, ...rest] = signatures;
  switch (condition.kind) {
    case "hash":
      return (
        first !== undefined &&
        publicKey !== undefined &&
        rest.length === 0 &&
        isSame(crypto.hash160(publicKey), condition.keyHash) &&
        isEcdsaBy(ecdsaDigest(signed, condition), publicKey, first)
      );
    case "multisig": {
      const { threshold, publicKeys } = condition;
      return areOrdered(ecdsaDigest(signed, condition), threshold, publicKeys, signatures);
    }
    case "key":
      return (
        first !== undefined &&
        rest.length === 0 &&
        isTaprootBy(signed, condition, condition.outputKey, first)
      );
    case "leaf": {
      const { threshold, publicKeys } = condition;
      const present = signatures.filter(({ length }) => length > 0).length;
      const isEach = publicKeys.every((key, at) => {
        const signature = signatures[at];
        const isGiven = signature !== undefined && signature.length > 0;
        return !isGiven || isTaprootBy(signed, condition, key, signature);
      });
      return present === threshold && signatures.length === publicKeys.length && isEach;
    }
  }
};
