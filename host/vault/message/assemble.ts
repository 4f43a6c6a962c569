/** From signatures of one or more devices to what opens the address: an input's scripts. */

import { script, Transaction } from "bitcoinjs-lib";
import { fail, ok, type Outcome } from "../../../protocol/errors.ts";
import { isSignatureValid } from "../wallet-curve.ts";
import { type Condition, type ConditionError, conditionOf, type Scripts } from "./condition.ts";
import { ecdsaDigest, isSchnorrBy, schnorrDigest, type SignedInput } from "./input-signatures.ts";
import { recoverByHash } from "./legacy.ts";

/** What an input is given: empty where it takes none. */
export interface Unlocking {
  readonly scriptSig: Uint8Array;
  readonly witness: readonly Uint8Array[];
}

/** Why signatures do not open an address; `signers_missing` with `have` and `need`. */
export type AssembleError = ConditionError | "signers_missing";

const NOTHING = new Uint8Array(0);

const withSighash = (compact: Uint8Array): Uint8Array =>
  Uint8Array.from(script.signature.encode(compact, Transaction.SIGHASH_ALL));

const missing = (have: number, need: number) => fail("signers_missing", { have, need });

/** Signatures by the keys that made them; one that no key made is refused. */
const sort = (
  publicKeys: readonly Uint8Array[],
  compacts: readonly Uint8Array[],
  isBy: (publicKey: Uint8Array, compact: Uint8Array) => boolean,
): Outcome<readonly (Uint8Array | undefined)[], "signature_invalid"> => {
  const made = publicKeys.map((key) => compacts.find((compact) => isBy(key, compact)));
  return compacts.every((compact) => made.includes(compact)) ? ok(made) : fail("signature_invalid");
};

const present = (made: readonly (Uint8Array | undefined)[]): readonly Uint8Array[] =>
  made.filter((one) => one !== undefined);

/** The first so many signatures stay; the others' places are empty. */
const trim = (
  made: readonly (Uint8Array | undefined)[],
  threshold: number,
): readonly Uint8Array[] => {
  const kept = new Set(present(made).slice(0, threshold));
  return made.map((one) => (one !== undefined && kept.has(one) ? one : NOTHING));
};

type Of<K extends Condition["kind"]> = Extract<Condition, { kind: K }>;
type Stack = Outcome<readonly Uint8Array[], AssembleError>;

/** The key is not in the script: it is recovered from the signature. */
const hashStack = (signed: SignedInput, condition: Of<"hash">, compact: Uint8Array): Stack => {
  const key = recoverByHash(ecdsaDigest(signed, condition), compact, condition.keyHash);
  return key === undefined ? fail("signature_invalid") : ok([withSighash(compact), key.publicKey]);
};

const keyStack = (signed: SignedInput, condition: Of<"key">, compact: Uint8Array): Stack =>
  isSchnorrBy(schnorrDigest(signed, condition), condition.outputKey, compact)
    ? ok([compact])
    : fail("signature_invalid");

const multisigStack = (
  signed: SignedInput,
  condition: Of<"multisig">,
  compacts: readonly Uint8Array[],
): Stack => {
  const { publicKeys, threshold } = condition;
  const digest = ecdsaDigest(signed, condition);
  const made = sort(publicKeys, compacts, (key, one) => isSignatureValid(digest, key, one));
  if (!made.ok) return made;
  const kept = present(made.value).slice(0, threshold);
  return kept.length < threshold
    ? missing(kept.length, threshold)
    : ok([NOTHING, ...kept.map(withSighash)]);
};

const leafStack = (
  signed: SignedInput,
  condition: Of<"leaf">,
  compacts: readonly Uint8Array[],
): Stack => {
  const { publicKeys, threshold } = condition;
  const digest = schnorrDigest(signed, condition);
  const made = sort(publicKeys, compacts, (key, one) => isSchnorrBy(digest, key, one));
  if (!made.ok) return made;
  const have = present(made.value).length;
  return have < threshold ? missing(have, threshold) : ok(trim(made.value, threshold).toReversed());
};

/** What the innermost script takes, from the bottom up. */
const stackOf = (
  signed: SignedInput,
  condition: Condition,
  compacts: readonly Uint8Array[],
): Stack => {
  const [first] = compacts;
  if (first === undefined) return missing(0, "threshold" in condition ? condition.threshold : 1);
  switch (condition.kind) {
    case "hash":
      return hashStack(signed, condition, first);
    case "key":
      return keyStack(signed, condition, first);
    case "multisig":
      return multisigStack(signed, condition, compacts);
    case "leaf":
      return leafStack(signed, condition, compacts);
  }
};

const place = (scripts: Scripts, digest: string, stack: readonly Uint8Array[]): Unlocking => {
  const { redeemScript, witnessScript, leaf } = scripts;
  const push = redeemScript === undefined ? [] : [redeemScript];
  if (digest === "legacy") {
    const pushes = [...stack, ...push].map((item) => (item.length === 0 ? 0 : item));
    return { scriptSig: script.compile(pushes), witness: [] };
  }
  const inner = [
    ...(witnessScript === undefined ? [] : [witnessScript]),
    ...(leaf === undefined ? [] : [leaf.script, leaf.controlBlock]),
  ];
  const scriptSig = push.length === 0 ? NOTHING : script.compile(push);
  return { scriptSig, witness: [...stack, ...inner] };
};

/**
 * Makes an input's scripts of signatures of 64 bytes each, in any order. Every signature is
 * verified; surplus ones are left out, the first keys' stay.
 */
export const assemble = (
  signed: SignedInput,
  scripts: Scripts,
  compacts: readonly Uint8Array[],
): Outcome<Unlocking, AssembleError> => {
  const condition = conditionOf(scripts);
  if (!condition.ok) return condition;
  const stack = stackOf(signed, condition.value, compacts);
  if (!stack.ok) return stack;
  const digest = "digest" in condition.value ? condition.value.digest : "taproot";
  return ok(place(scripts, digest, stack.value));
};
