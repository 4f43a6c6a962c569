/**
 * Finalising: the step from a PSBT with enough signatures to the transaction that is broadcast
 * (BIP-174, "Input Finalizer" and "Transaction Extractor"). The PSBT itself is left as it is.
 */

import { hex } from "@scure/base";
import type { Psbt } from "bitcoinjs-lib";
import { fail, ok, type Outcome } from "../../protocol/errors.ts";
import {
  type InputKey,
  type MultisigInput,
  multisigInputs,
  unsignedTransaction,
} from "./combine-input.ts";

/** A transaction ready to be checked and broadcast. */
export interface FinalTransaction {
  readonly txHex: string;
  /** 64 hex digits, in the order block explorers show. */
  readonly txid: string;
  /** Fingerprints of the masters whose signatures are in it, sorted. */
  readonly signedBy: readonly string[];
}

interface KeySignature extends InputKey {
  readonly signature: Uint8Array;
}

interface SignedInput {
  readonly multisig: MultisigInput;
  /** Verified, in the script's order; at least the threshold. */
  readonly signatures: readonly KeySignature[];
}

const verifyInput = (
  psbt: Psbt,
  input: number,
  multisig: MultisigInput | undefined,
): Outcome<SignedInput, "signature_invalid" | "signers_missing"> => {
  if (multisig === undefined) return fail("signature_invalid", { input });
  const present = new Map(
    (psbt.data.inputs[input]?.partialSig ?? []).map((one) => [
      hex.encode(one.pubkey),
      one.signature,
    ]),
  );
  const signatures = multisig.keys.flatMap((key) => {
    const signature = present.get(key.publicKey);
    return signature === undefined ? [] : [{ ...key, signature }];
  });
  const areGood =
    signatures.length === present.size &&
    signatures.every((one) => multisig.isSignedBy(one.publicKey, one.signature));
  if (!areGood) return fail("signature_invalid", { input });
  const { threshold } = multisig;
  return signatures.length < threshold
    ? fail("signers_missing", { input, have: signatures.length, need: threshold })
    : ok({ multisig, signatures });
};

/** Fingerprints in the order of preference: who signed most inputs first, then by fingerprint. */
const rankSigners = (inputs: readonly SignedInput[]): readonly string[] => {
  const counts = new Map<string, number>();
  for (const { fingerprint } of inputs.flatMap(({ signatures }) => signatures))
    counts.set(fingerprint, (counts.get(fingerprint) ?? 0) + 1);
  return [...counts]
    .toSorted(([left, leftCount], [right, rightCount]) =>
      leftCount === rightCount ? (left < right ? -1 : 1) : rightCount - leftCount,
    )
    .map(([fingerprint]) => fingerprint);
};

/** Exactly the threshold's number of signatures, by the preferred signers, in script order. */
const trim = (
  { multisig, signatures }: SignedInput,
  ranking: readonly string[],
): readonly KeySignature[] => {
  const kept = new Set(
    signatures
      .toSorted(
        (left, right) => ranking.indexOf(left.fingerprint) - ranking.indexOf(right.fingerprint),
      )
      .slice(0, multisig.threshold),
  );
  return signatures.filter((one) => kept.has(one));
};

/**
 * Verifies every signature in the PSBT and makes the transaction. Surplus signatures are trimmed
 * to the threshold: the signers of most inputs stay, at a tie those with the lower fingerprints,
 * so that the same PSBT always gives the same bytes.
 *
 * @returns `signers_missing` with `details.input`, `have` and `need`; `signature_invalid` with
 * `details.input` where a signature doesn't verify, belongs to no key of the input, or the input
 * is no P2WSH multisig
 */
export const finalise = (
  psbt: Psbt,
): Outcome<FinalTransaction, "signature_invalid" | "signers_missing"> => {
  if (psbt.data.inputs.length === 0) return fail("signers_missing");
  const readInput = multisigInputs(psbt);
  const inputs: SignedInput[] = [];
  for (let input = 0; input < psbt.data.inputs.length; input += 1) {
    const verified = verifyInput(psbt, input, readInput(input));
    if (!verified.ok) return verified;
    inputs.push(verified.value);
  }
  const ranking = rankSigners(inputs);
  const transaction = unsignedTransaction(psbt);
  const signers = new Set<string>();
  for (const [position, input] of inputs.entries()) {
    const signatures = trim(input, ranking);
    for (const { fingerprint } of signatures) signers.add(fingerprint);
    // OP_CHECKMULTISIG takes one element too many off the stack: the empty one (BIP-147).
    transaction.setWitness(position, [
      new Uint8Array(0),
      ...signatures.map(({ signature }) => signature),
      input.multisig.witnessScript,
    ]);
  }
  return ok({
    txHex: transaction.toHex(),
    txid: transaction.getId(),
    signedBy: [...signers].toSorted(),
  });
};
