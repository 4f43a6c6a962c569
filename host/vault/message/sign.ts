/** From devices' signatures over a message to the text that is handed on: verified, or refused. */

import { fail, ok, type Outcome } from "../../../protocol/errors.ts";
import { assemble, type AssembleError } from "./assemble.ts";
import type { Scripts } from "./condition.ts";
import { formatSignature, type MessageSignature } from "./format.ts";
import { encodeLegacy } from "./legacy.ts";
import { readOutputScript } from "./output-script.ts";
import { verifySignature } from "./verify.ts";
import { toSignOf } from "./virtual.ts";

/** Signatures over a message, as devices gave them. */
export interface SignedMessage {
  readonly message: string;
  readonly scripts: Scripts;
  /** 64 bytes each, of any of the keys. */
  readonly signatures: readonly Uint8Array[];
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

/**
 * BIP-322: the simple form where the address has one, else, or if `isFull`, the full one.
 *
 * @returns `signers_missing` with `have` and `need` where more keys must sign
 */
export const completeMessage = (
  signed: SignedMessage,
  isFull: boolean,
): Outcome<string, AssembleError> => {
  const { message, scripts, signatures } = signed;
  const transaction = toSignOf(message, scripts.scriptPubKey);
  const spent = [{ script: scripts.scriptPubKey, value: 0n }];
  const unlocking = assemble({ transaction, input: 0, spent }, scripts, signatures);
  if (!unlocking.ok) return unlocking;
  const { scriptSig, witness } = unlocking.value;
  if (!isFull && hasSimpleForm(scripts)) return checked({ form: "simple", witness }, signed);
  transaction.setInputScript(0, scriptSig);
  transaction.setWitness(0, [...witness]);
  return checked({ form: "full", transaction }, signed);
};

/** The form from before BIP-322, by the one key of the address. */
export const completeLegacy = (signed: SignedMessage): Outcome<string, AssembleError> => {
  const { message, scripts, signatures } = signed;
  const [signature] = signatures;
  if (signature === undefined) return fail("signers_missing", { have: 0, need: 1 });
  const bytes = encodeLegacy(message, scripts.scriptPubKey, signature);
  return bytes.ok ? checked({ form: "legacy", bytes: bytes.value }, signed) : bytes;
};
