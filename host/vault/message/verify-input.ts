/**
 * An input of a signed transaction against the output that it spends, for the scripts that wallets
 * have. What an input may not do at all is invalid; a script of another shape is inconclusive.
 */

import { fail, ok, type Outcome } from "../../../protocol/errors.ts";
import { type Condition, type ConditionError, conditionOf, type Scripts } from "./condition.ts";
import { areSigned, type SignedInput } from "./input-signatures.ts";
import { readOutputScript, readPushes } from "./output-script.ts";

type Stack = readonly Uint8Array[];

/** What an input brings: scripts, and what is handed to the last of them. */
interface Opening {
  readonly scripts: Scripts;
  readonly stack: Stack;
}

const ANNEX = 0x50;
/** A compressed key: segwit takes no other (BIP-143), and no wallet here has one. */
const KEY_BYTES = 33;

const openWitnessScript = (scripts: Scripts, witness: Stack): Opening => ({
  scripts: { ...scripts, witnessScript: witness.at(-1) },
  stack: witness.slice(0, -1),
});

const openTaproot = (scripts: Scripts, witness: Stack): Opening | undefined => {
  const [script, controlBlock] = witness.slice(-2);
  if (script === undefined || controlBlock === undefined) return { scripts, stack: witness };
  if (controlBlock[0] === ANNEX) return undefined;
  return { scripts: { ...scripts, leaf: { script, controlBlock } }, stack: witness.slice(0, -2) };
};

const openNested = (scripts: Scripts, pushes: Stack, witness: Stack): Opening | undefined => {
  const redeemScript = pushes.at(-1);
  if (redeemScript === undefined) return undefined;
  const whole = { ...scripts, redeemScript };
  const inner = readOutputScript(redeemScript)?.kind;
  if (inner === "p2wpkh" || inner === "p2wsh") {
    if (pushes.length !== 1) return undefined;
    return inner === "p2wpkh"
      ? { scripts: whole, stack: witness }
      : openWitnessScript(whole, witness);
  }
  return witness.length === 0 ? { scripts: whole, stack: pushes.slice(0, -1) } : undefined;
};

const openSegwit = (scripts: Scripts, pushes: Stack, witness: Stack): Opening | undefined => {
  if (pushes.length > 0) return undefined;
  const kind = readOutputScript(scripts.scriptPubKey)?.kind;
  if (kind === "p2wpkh") return { scripts, stack: witness };
  return kind === "p2wsh" ? openWitnessScript(scripts, witness) : openTaproot(scripts, witness);
};

const open = (scriptPubKey: Uint8Array, pushes: Stack, witness: Stack): Opening | undefined => {
  const scripts: Scripts = { scriptPubKey };
  switch (readOutputScript(scriptPubKey)?.kind) {
    case "p2pkh":
      return witness.length === 0 ? { scripts, stack: pushes } : undefined;
    case "p2sh":
      return openNested(scripts, pushes, witness);
    default:
      return openSegwit(scripts, pushes, witness);
  }
};

/** Whether the stack is what the condition's script takes, and its signatures hold. */
const isOpenedBy = (signed: SignedInput, condition: Condition, stack: Stack): boolean => {
  const [first, ...rest] = stack;
  switch (condition.kind) {
    case "hash": {
      const [publicKey, ...more] = rest;
      const isPair = first !== undefined && publicKey?.length === KEY_BYTES && more.length === 0;
      return isPair && areSigned(signed, condition, [first], publicKey);
    }
    case "multisig":
      // The empty item that OP_CHECKMULTISIG takes besides (BIP-147).
      return first?.length === 0 && areSigned(signed, condition, rest);
    case "key":
      return areSigned(signed, condition, stack);
    case "leaf":
      // The first key's signature is the last: the script takes from the top.
      return areSigned(signed, condition, stack.toReversed());
  }
};

/**
 * Judges an input. `signature_inconclusive` for a script that is no key's and no multisig's, as one
 * with a time lock; `signature_invalid` for everything else that is not right.
 */
export const verifyInput = (signed: SignedInput): Outcome<void, ConditionError> => {
  const { transaction, input, spent } = signed;
  const [given, output] = [transaction.ins[input], spent[input]];
  if (given === undefined || output === undefined) return fail("signature_invalid", { input });
  if (readOutputScript(output.script) === undefined) {
    return fail("signature_inconclusive", { input });
  }
  const pushes = readPushes(given.script);
  const opening = pushes && open(output.script, pushes, given.witness);
  if (opening === undefined) return fail("signature_invalid", { input });
  const condition = conditionOf(opening.scripts);
  if (!condition.ok) return fail(condition.error, { input });
  return isOpenedBy(signed, condition.value, opening.stack)
    ? ok(undefined)
    : fail("signature_invalid", { input });
};
