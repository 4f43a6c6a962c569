/** Verifying a signed message against an address (BIP-322, "Verification"; BIP-137). */

import { address as addresses, type Transaction } from "bitcoinjs-lib";
import { fail, ok, type Outcome } from "../../../protocol/errors.ts";
import { NETWORKS } from "../wallet-curve.ts";
import type { ConditionError } from "./condition.ts";
import { type MessageSignature, parseSignature } from "./format.ts";
import { type ProvedCoin, readProof } from "./funds.ts";
import type { SpentOutput } from "./input-signatures.ts";
import { verifyLegacy } from "./legacy.ts";
import { isSame, readOutputScript } from "./output-script.ts";
import { verifyInput } from "./verify-input.ts";
import { PROOF_SCRIPT, toSignOf, toSpendOf } from "./virtual.ts";

/** A signature that holds. */
export interface VerifiedMessage {
  readonly form: MessageSignature["form"];
  /** From when on it counts: `to_sign`'s lock time and its first input's sequence. */
  readonly lockTime: number;
  readonly sequence: number;
  /** What a proof of funds proves, if the coins are on the chain and unspent. */
  readonly coins: readonly ProvedCoin[];
}

/** Why a signature does not hold, or is not judged. */
export type VerifyError = ConditionError;

/** Versions that are judged (BIP-322, "Upgradeable rules"). */
const VERSIONS: readonly number[] = [0, 2];

/** The output script of an address on any network; `undefined` for what is no address. */
export const scriptOf = (address: string): Uint8Array | undefined => {
  for (const network of Object.values(NETWORKS)) {
    try {
      return addresses.toOutputScript(address, network);
    } catch {
      // another network's, or no address at all
    }
  }
  return undefined;
};

/** Whether a transaction is `to_sign` of a message and an address, whoever signed it. */
const isToSign = (transaction: Transaction, message: string, scriptPubKey: Uint8Array): boolean => {
  const [first] = transaction.ins;
  const [output, ...others] = transaction.outs;
  return (
    first !== undefined &&
    first.index === 0 &&
    isSame(first.hash, toSpendOf(message, scriptPubKey).getHash()) &&
    output !== undefined &&
    output.value === 0n &&
    isSame(output.script, PROOF_SCRIPT) &&
    others.length === 0
  );
};

const verifyTransaction = (
  form: MessageSignature["form"],
  transaction: Transaction,
  message: string,
  spent: readonly SpentOutput[],
): Outcome<VerifiedMessage, VerifyError> => {
  const [challenge] = spent;
  if (challenge === undefined || !isToSign(transaction, message, challenge.script)) {
    return fail("signature_invalid", { why: "it is not of that message and address" });
  }
  if (!VERSIONS.includes(transaction.version)) {
    return fail("signature_inconclusive", { version: transaction.version });
  }
  for (const input of transaction.ins.keys()) {
    const verified = verifyInput({ transaction, input, spent });
    if (!verified.ok) return verified;
  }
  const sequence = transaction.ins[0]?.sequence ?? 0;
  return ok({ form, lockTime: transaction.locktime, sequence, coins: [] });
};

const verifySimple = (
  witness: readonly Uint8Array[],
  message: string,
  scriptPubKey: Uint8Array,
): Outcome<VerifiedMessage, VerifyError> => {
  const transaction = toSignOf(message, scriptPubKey);
  transaction.setWitness(0, [...witness]);
  return verifyTransaction("simple", transaction, message, [{ script: scriptPubKey, value: 0n }]);
};

const verifyFull = (
  transaction: Transaction,
  message: string,
  scriptPubKey: Uint8Array,
): Outcome<VerifiedMessage, VerifyError> =>
  // Other coins' scripts and amounts are not in it: that is what a proof of funds is for.
  transaction.ins.length > 1
    ? fail("signature_inconclusive", { inputs: transaction.ins.length })
    : verifyTransaction("full", transaction, message, [{ script: scriptPubKey, value: 0n }]);

/** Judges a signature that was read, over a message and for an output script. */
export const verifySignature = (
  signature: MessageSignature,
  message: string,
  scriptPubKey: Uint8Array,
): Outcome<VerifiedMessage, VerifyError> => {
  switch (signature.form) {
    case "legacy": {
      const verified = verifyLegacy(message, scriptPubKey, signature.bytes);
      return verified.ok ? ok({ form: "legacy", lockTime: 0, sequence: 0, coins: [] }) : verified;
    }
    case "simple":
      return verifySimple(signature.witness, message, scriptPubKey);
    case "full":
      return verifyFull(signature.transaction, message, scriptPubKey);
    case "funds": {
      const proof = readProof(signature.psbt, scriptPubKey);
      if (!proof.ok) return proof;
      const { transaction, spent, coins } = proof.value;
      const verified = verifyTransaction("funds", transaction, message, spent);
      return verified.ok ? ok({ ...verified.value, coins }) : verified;
    }
  }
};

/**
 * Judges a signed message. `arguments_invalid` for what is no address; `signature_invalid` for a
 * text that is no signature, or one that does not hold; `signature_inconclusive` where the address
 * or a coin has a script that is no key's and no multisig's.
 */
export const verifyMessage = (
  message: string,
  address: string,
  text: string,
): Outcome<VerifiedMessage, VerifyError | "arguments_invalid"> => {
  const scriptPubKey = scriptOf(address);
  if (scriptPubKey === undefined)
    return fail("arguments_invalid", { why: "it is no address", address });
  if (readOutputScript(scriptPubKey) === undefined) return fail("signature_inconclusive");
  const signature = parseSignature(text);
  if (signature === undefined) return fail("signature_invalid", { why: "it is no signature" });
  return verifySignature(signature, message, scriptPubKey);
};
