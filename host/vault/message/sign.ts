/** From devices' signatures over a message to the text that is handed on: verified, or refused. */

import { fail, ok, type Outcome } from "../../../protocol/errors.ts";
import { assemble, type AssembleError } from "./assemble.ts";
import type { Leaf, Scripts } from "./condition.ts";
import { formatSignature, type MessageSignature } from "./format.ts";
import { encodeLegacy } from "./legacy.ts";
import { readOutputScript } from "./output-script.ts";
import { verifySignature } from "./verify.ts";
import { toSignOf } from "./virtual.ts";

/** A leaf of a script tree, by its place in the wallet's template. */
export interface NumberedLeaf extends Leaf {
  readonly leaf: number;
}

/** A signature of 64 bytes, of any of the keys; of a leaf, or of what is no leaf. */
export interface KeySignature {
  readonly leaf?: number;
  readonly signature: Uint8Array;
}

/** Signatures over a message, as devices gave them. */
export interface SignedMessage {
  readonly message: string;
  /** Without a leaf. */
  readonly scripts: Scripts;
  readonly leaves: readonly NumberedLeaf[];
  readonly signatures: readonly KeySignature[];
}

/** Every signature that is printed was verified as a whole, by the verifier's own way. */
const checked = (
  signature: MessageSignature,
  { message, scripts }: SignedMessage,
): Outcome<string, AssembleError> => {
  const verified = verifySignature(signature, message, scripts.scriptPubKey);
  return verified.ok ? ok(formatSignature(signature)) : verified;
};

/** Whether an address's simple form says all: its input has a witness and no script (BIP-322). */
const hasSimpleForm = ({ scriptPubKey }: Scripts): boolean => {
  const kind = readOutputScript(scriptPubKey)?.kind;
  return kind === "p2wpkh" || kind === "p2wsh" || kind === "p2tr";
};

/** By the signatures of one leaf, or by those of none. */
const completeBy = (
  signed: SignedMessage,
  leaf: number | undefined,
  isFull: boolean,
): Outcome<string, AssembleError> => {
  const { message, leaves, signatures } = signed;
  const found = leaves.find((one) => one.leaf === leaf);
  if (leaf !== undefined && found === undefined) return fail("signature_invalid", { leaf });
  const scripts = { ...signed.scripts, leaf: found };
  const own = signatures.filter((one) => one.leaf === leaf).map(({ signature }) => signature);
  const transaction = toSignOf(message, scripts.scriptPubKey);
  const spent = [{ script: scripts.scriptPubKey, value: 0n }];
  const unlocking = assemble({ transaction, input: 0, spent }, scripts, own);
  if (!unlocking.ok) return unlocking;
  const { scriptSig, witness } = unlocking.value;
  if (!isFull && hasSimpleForm(scripts)) return checked({ form: "simple", witness }, signed);
  transaction.setInputScript(0, scriptSig);
  transaction.setWitness(0, [...witness]);
  return checked({ form: "full", transaction }, signed);
};

/**
 * BIP-322: the simple form where the address has one, else, or if `isFull`, the full one. Of leaves
 * the first that has enough signatures counts.
 *
 * @returns `signers_missing` with `have` and `need` where more keys must sign; `signature_invalid`
 * as soon as one is no key's
 */
export const completeMessage = (
  signed: SignedMessage,
  isFull: boolean,
): Outcome<string, AssembleError> => {
  let missing: Outcome<string, AssembleError> = fail("signers_missing", { have: 0 });
  for (const leaf of new Set(signed.signatures.map((one) => one.leaf))) {
    const complete = completeBy(signed, leaf, isFull);
    if (complete.ok || complete.error !== "signers_missing") return complete;
    missing = complete;
  }
  return missing;
};

/** The form from before BIP-322, by the one key of the address. */
export const completeLegacy = (signed: SignedMessage): Outcome<string, AssembleError> => {
  const { message, scripts, signatures } = signed;
  const [first] = signatures;
  if (first === undefined) return fail("signers_missing", { have: 0, need: 1 });
  const bytes = encodeLegacy(message, scripts.scriptPubKey, first.signature);
  return bytes.ok ? checked({ form: "legacy", bytes: bytes.value }, signed) : bytes;
};
