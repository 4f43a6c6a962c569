/** The template of a wallet policy (BIP-388), as far as the vault supports it. */

import { fail, ok, type Outcome } from "../../protocol/errors.ts";
import { VAULT_LIMITS } from "./wallet-limits.ts";

const TEMPLATE = /^wsh\(sortedmulti\((\d{1,2})((?:,@\d{1,2}\/\*\*)+)\)\)$/;

/**
 * The threshold that a template `wsh(sortedmulti(k,@0/**,@1/**,...))` asks for.
 *
 * @param keyCount how many keys the policy lists: the template names each once, in order
 * @returns `wallet_unsupported` for another template or more keys than `VAULT_LIMITS.walletKeys`;
 * `wallet_malformed` where placeholders and keys don't match or the threshold can't be met
 */
export const readThreshold = (
  template: string,
  keyCount: number,
): Outcome<number, "wallet_malformed" | "wallet_unsupported"> => {
  const [, thresholdText, placeholders] = TEMPLATE.exec(template) ?? [];
  if (thresholdText === undefined || placeholders === undefined) return fail("wallet_unsupported");
  const expected = Array.from({ length: keyCount }, (_, index) => `,@${index}/**`).join("");
  if (placeholders !== expected) return fail("wallet_malformed");
  const threshold = Number.parseInt(thresholdText, 10);
  if (threshold < 1 || threshold > keyCount) return fail("wallet_malformed", { threshold });
  return keyCount > VAULT_LIMITS.walletKeys
    ? fail("wallet_unsupported", { keys: keyCount })
    : ok(threshold);
};
