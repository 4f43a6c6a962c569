/** What a person reads of a wallet before it is registered. */
import type { Allowance } from "../../../protocol/wallet-policy.ts";
import type { WalletPolicy } from "./wallet-policy.ts";

/** What each allowance gives up, in a line. */
const ALLOWANCE_LINES: Readonly<Record<Allowance, string>> = {
  "amounts-unproved": "Amounts may be unproved",
  "inputs-foreign": "Inputs may be others'",
  "fee-high": "Fees may be high",
  "sighash-none": "May sign SIGHASH_NONE",
  "sighash-single": "May sign SIGHASH_SINGLE",
  "sighash-anyone-can-pay": "May sign SIGHASH_ANYONECANPAY",
};

/** Who may spend a taproot output without any of its scripts. */
const keyPathLines = ({ tree, keys }: WalletPolicy): readonly string[] => {
  if (tree === undefined) return [];
  return [keys[0]?.isNobodys === true ? "Key path: nobody" : "Key path: @0 alone"];
};

/** The template, who spends by taproot's key path, the keys in full, and what is allowed. */
export const registrationLines = (policy: WalletPolicy): readonly string[] => [
  policy.template,
  ...keyPathLines(policy),
  ...policy.keys.map((key, i) => `@${i} ${key.text}`),
  ...policy.allows.map((allowance) => ALLOWANCE_LINES[allowance]),
];
