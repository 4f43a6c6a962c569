/**
 * Combining: signatures that came back from the signers go into the PSBT, and a PSBT with enough
 * of them becomes a transaction (BIP-174, "Combiner", "Input Finalizer", "Transaction
 * Extractor"). No signature is taken unverified.
 */

import { hex } from "@scure/base";
import type { Psbt } from "bitcoinjs-lib";
import { fail, ok, type Outcome } from "../../protocol/errors.ts";
import { multisigInputs } from "./combine-input.ts";

/** A signature as a signer returns it. */
export interface InputSignature {
  /** The input's position. */
  readonly input: number;
  /** Strict DER with low s, then the sighash byte 0x01. */
  readonly signature: Uint8Array;
}

/** A signature that was verified and stands in the PSBT, in hex. */
export interface AddedSignature {
  readonly input: number;
  readonly pubkey: string;
  readonly signature: string;
}

const put = (psbt: Psbt, { input, pubkey, signature }: AddedSignature): void => {
  const target = psbt.data.inputs[input];
  if (target === undefined) return;
  const others = (target.partialSig ?? []).filter((one) => hex.encode(one.pubkey) !== pubkey);
  target.partialSig = [...others, { pubkey: hex.decode(pubkey), signature: hex.decode(signature) }];
};

/**
 * Adds a signer's signatures to the PSBT, in place: all of them, or none where one is refused. A
 * key's signature replaces the one it had.
 *
 * @param fingerprint of the signer's master key, 8 hex digits
 * @returns the signatures with the public keys they belong to; `signature_invalid` with
 * `details.input` where the input is no P2WSH multisig with a key of that master, or the
 * signature doesn't verify under it, has a high s, or another sighash than SIGHASH_ALL
 */
export const addSignatures = (
  psbt: Psbt,
  fingerprint: string,
  signatures: readonly InputSignature[],
): Outcome<readonly AddedSignature[], "signature_invalid"> => {
  const readInput = multisigInputs(psbt);
  const added: AddedSignature[] = [];
  for (const { input, signature } of signatures) {
    const multisig = readInput(input);
    const key = multisig?.keys.find(
      (one) =>
        one.fingerprint === fingerprint.toLowerCase() &&
        multisig.isSignedBy(one.publicKey, signature),
    );
    if (key === undefined) return fail("signature_invalid", { input });
    added.push({ input, pubkey: key.publicKey, signature: hex.encode(signature) });
  }
  for (const one of added) put(psbt, one);
  return ok(added);
};
