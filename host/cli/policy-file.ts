/** The file of `--policy`: a wallet policy (BIP-388) as JSON. */
import { fail, type Outcome, ok } from "../../protocol/errors.ts";
import { ALLOWANCES, type Allowance, isAllowance } from "../../protocol/wallet-policy.ts";
import type { WalletPolicy } from "../withdrawal.ts";
import { readText } from "./files.ts";

/** What such a file looks like, for the help texts. */
export const POLICY_HELP = `
A policy: {"name": "Savings",
           "template": "wsh(sortedmulti(2,@0/**,@1/**,@2/**))",
           "keys": ["[73c5da0a/48'/1'/0'/2']tpub…", …]}
Keys are as mayfly xpub prints them, @0 is the first. Templates: pkh, wpkh,
sh(wpkh), tr with a key; multi and sortedmulti in sh, wsh, sh(wsh); and
tr(@0/**,…) with leaves of pk, multi_a, sortedmulti_a.

"allows": ["fee-high", …] names what is signed though it is refused otherwise:
  ${ALLOWANCES.slice(0, 3).join(", ")},
  ${ALLOWANCES.slice(3).join(", ")}`;

const MEMBERS: readonly string[] = ["name", "template", "keys", "allows"];

const isText = (value: unknown): value is string => typeof value === "string";

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every(isText);

const isAllowances = (value: unknown): value is readonly Allowance[] =>
  Array.isArray(value) && value.every(isAllowance) && new Set(value).size === value.length;

const unfit = (why: string) => fail("wallet_malformed", { why });

const readMembers = (value: object): Outcome<WalletPolicy, "wallet_malformed"> => {
  // A member that is misspelt would be an allowance, or a key, that nobody misses.
  const unknown = Object.keys(value).find((member) => !MEMBERS.includes(member));
  if (unknown !== undefined) return unfit(`it has no member ${JSON.stringify(unknown)}`);
  const [name, template, keys, allows] = MEMBERS.map((key): unknown => Reflect.get(value, key));
  if (!isText(name)) return unfit('"name" is no text');
  if (!isText(template)) return unfit('"template" is no text');
  if (!isTexts(keys)) return unfit('"keys" is no list of texts');
  if (allows === undefined) return ok({ name, template, keys });
  return isAllowances(allows)
    ? ok({ name, template, keys, allows })
    : unfit('"allows" is no list of allowances, each once');
};

const parse = (text: string): Outcome<WalletPolicy, "wallet_malformed"> => {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? readMembers(value) : unfit("it is no JSON object");
  } catch {
    return unfit("it is not JSON");
  }
};

/** Reads a policy; `wallet_malformed` says why, and of which `file`. */
export const readPolicyFile = (file: string): Outcome<WalletPolicy> => {
  const text = readText(file);
  if (!text.ok) return text;
  const policy = parse(text.value);
  return policy.ok ? policy : fail(policy.error, { ...policy.details, file });
};
