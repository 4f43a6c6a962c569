/** An input of a PSBT as a P2WSH multisig: who may sign it, and whether a signature is good. */

import { hex } from "@scure/base";
import { payments, type Psbt, script, Transaction } from "bitcoinjs-lib";
import { type InputDigest, inputDigests } from "./combine-digest.ts";
import { isSignatureValid } from "./wallet-curve.ts";

type PsbtInput = Psbt["data"]["inputs"][number];
type Outpoint = Transaction["ins"][number];

/** One key of the input's script. */
export interface InputKey {
  /** 66 hex digits. */
  readonly publicKey: string;
  /** Its master's fingerprint: 8 hex digits. */
  readonly fingerprint: string;
}

/** An input whose script, amount and derivations fit together. */
export interface MultisigInput {
  readonly threshold: number;
  readonly witnessScript: Uint8Array;
  /** In the script's order; keys without derivation are left out. */
  readonly keys: readonly InputKey[];
  /** Whether it is a DER signature with low s and SIGHASH_ALL by that key. */
  readonly isSignedBy: (publicKey: string, signature: Uint8Array) => boolean;
}

type Output = NonNullable<PsbtInput["witnessUtxo"]>;

/** The output that the input spends: the previous transaction's word, where there is one. */
const spentOutput = (input: PsbtInput, outpoint: Outpoint): Output | undefined => {
  const { nonWitnessUtxo, witnessUtxo } = input;
  if (nonWitnessUtxo === undefined) return witnessUtxo;
  const previous = Transaction.fromBuffer(nonWitnessUtxo);
  const output = previous.outs[outpoint.index];
  if (output === undefined || hex.encode(previous.getHash()) !== hex.encode(outpoint.hash))
    return undefined;
  const isSame =
    witnessUtxo === undefined ||
    (witnessUtxo.value === output.value &&
      hex.encode(witnessUtxo.script) === hex.encode(output.script));
  return isSame ? output : undefined;
};

/** r and s, 32 bytes each, of a strict DER signature that ends in SIGHASH_ALL. */
const compactSignature = (signature: Uint8Array): Uint8Array | undefined => {
  try {
    const decoded = script.signature.decode(signature);
    return decoded.hashType === Transaction.SIGHASH_ALL ? decoded.signature : undefined;
  } catch {
    return undefined;
  }
};

const isDigestSigned = (digest: Uint8Array, publicKey: string, signature: Uint8Array): boolean => {
  const compact = compactSignature(signature);
  return compact !== undefined && isSignatureValid(digest, hex.decode(publicKey), compact);
};

const inputKeys = (input: PsbtInput, publicKeys: readonly Uint8Array[]): readonly InputKey[] => {
  const fingerprints = new Map(
    (input.bip32Derivation ?? []).map(({ pubkey, masterFingerprint }) => [
      hex.encode(pubkey),
      hex.encode(masterFingerprint),
    ]),
  );
  return publicKeys.flatMap((bytes) => {
    const publicKey = hex.encode(bytes);
    const fingerprint = fingerprints.get(publicKey);
    return fingerprint === undefined ? [] : [{ publicKey, fingerprint }];
  });
};

const readInput = (
  input: PsbtInput,
  position: number,
  outpoint: Outpoint,
  digestOf: InputDigest,
): MultisigInput | undefined => {
  const { witnessScript } = input;
  const spent = spentOutput(input, outpoint);
  if (witnessScript === undefined || spent === undefined) return undefined;
  const multisig = payments.p2ms({ output: witnessScript });
  const { output } = payments.p2wsh({ redeem: multisig });
  const digest = digestOf(position, witnessScript, spent.value);
  if (output === undefined || hex.encode(output) !== hex.encode(spent.script)) return undefined;
  if (multisig.m === undefined || multisig.pubkeys === undefined || digest === undefined)
    return undefined;
  return {
    threshold: multisig.m,
    witnessScript,
    keys: inputKeys(input, multisig.pubkeys),
    isSignedBy: (publicKey, signature) => isDigestSigned(digest, publicKey, signature),
  };
};

/** A copy of the unsigned transaction inside a PSBT that has at least one input. */
export const unsignedTransaction = (psbt: Psbt): Transaction =>
  Transaction.fromBuffer(psbt.data.getTransaction());

/**
 * A reader of a PSBT's inputs by position.
 *
 * @returns `undefined` for an input that isn't there, isn't P2WSH multisig, or whose script or
 * amount differ from the output it spends
 */
export const multisigInputs = (psbt: Psbt): ((position: number) => MultisigInput | undefined) => {
  if (psbt.data.inputs.length === 0) return () => undefined;
  const transaction = unsignedTransaction(psbt);
  const digestOf = inputDigests(transaction);
  return (position) => {
    const input = psbt.data.inputs[position];
    const outpoint = transaction.ins[position];
    if (input === undefined || outpoint === undefined) return undefined;
    try {
      return readInput(input, position, outpoint, digestOf);
    } catch {
      return undefined;
    }
  };
};
