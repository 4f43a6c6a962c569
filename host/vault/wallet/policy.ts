/** Whether a template and its keys make a wallet policy (BIP-388, "Additional rules"). */

import { hex } from "@scure/base";
import { fail, ok, type Outcome } from "../../../protocol/errors.ts";
import { VAULT_LIMITS } from "../wallet-limits.ts";
import type { WalletKey } from "./key.ts";
import { type KeyExpression, type KeyScript, keyScriptsOf, type Template } from "./template.ts";

/** Why a template does not fit its keys. */
export type PolicyError = "wallet_malformed" | "wallet_unsupported";

const isRepeated = (values: readonly (number | string)[]): boolean =>
  new Set(values).size < values.length;

/** Each key is used, and their first uses stand in the order of the list. */
const areKeysInOrder = (used: readonly KeyExpression[], keyCount: number): boolean => {
  const firstUses = [...new Set(used.map(({ key }) => key))];
  return firstUses.length === keyCount && firstUses.every((key, place) => key === place);
};

/** Branches are unhardened, and no key derives the same branch twice. */
const areBranchesApart = (used: readonly KeyExpression[]): boolean =>
  used.every(({ branches }) => branches.every((number) => number <= VAULT_LIMITS.addressIndex)) &&
  !isRepeated(used.flatMap(({ key, branches }) => branches.map((number) => `${key}/${number}`)));

/** H may shut the key path of a taproot that has a tree, and stand nowhere else. */
const areUnspendableInPlace = (template: Template, keys: readonly WalletKey[]): boolean => {
  const { expressions, script } = template;
  const hasTree = script.kind === "tr" && script.tree !== undefined;
  return expressions.every(
    ({ key }, place) => keys[key]?.isUnspendable !== true || (hasTree && place === 0),
  );
};

const checkScript = (
  { name, threshold, expressions }: KeyScript,
  used: readonly KeyExpression[],
): Outcome<undefined, PolicyError> => {
  const count = expressions.length;
  if (threshold < 1 || threshold > count) return fail("wallet_malformed", { threshold });
  if (name === "pk") return ok(undefined);
  const { multisigKeysMinimum, multisigKeysMaximum } = VAULT_LIMITS;
  const isCountSupported = count >= multisigKeysMinimum && count <= multisigKeysMaximum;
  // One signer would count twice.
  const holders = expressions.map((position) => used[position]?.key ?? -1);
  return isCountSupported && !isRepeated(holders)
    ? ok(undefined)
    : fail("wallet_unsupported", { keys: count });
};

/**
 * Holds a template against the policy's keys.
 *
 * @returns `wallet_malformed` where the template doesn't name each key, first uses in order; for a
 * branch that is hardened or that a key derives twice; where a threshold can't be met; for an
 * unspendable key that isn't the internal key of a taproot with a tree. `wallet_unsupported` for
 * more keys, expressions or leaves than `VAULT_LIMITS` has, a multisig with a key twice, and two
 * keys of one master, which that signer would count as two
 */
export const checkPolicy = (
  template: Template,
  keys: readonly WalletKey[],
): Outcome<undefined, PolicyError> => {
  const used = template.expressions;
  if (!areKeysInOrder(used, keys.length) || !areBranchesApart(used))
    return fail("wallet_malformed");
  const scripts = keyScriptsOf(template);
  const isSmall =
    keys.length <= VAULT_LIMITS.walletKeys &&
    used.length <= VAULT_LIMITS.keyExpressions &&
    scripts.length <= VAULT_LIMITS.treeLeaves;
  if (!isSmall) return fail("wallet_unsupported", { keys: keys.length });
  for (const script of scripts) {
    const checked = checkScript(script, used);
    if (!checked.ok) return checked;
  }
  if (!areUnspendableInPlace(template, keys)) return fail("wallet_malformed");
  if (isRepeated(keys.map(({ node }) => hex.encode(node.publicKey))))
    return fail("wallet_malformed");
  return isRepeated(keys.map(({ fingerprint }) => fingerprint))
    ? fail("wallet_unsupported")
    : ok(undefined);
};
