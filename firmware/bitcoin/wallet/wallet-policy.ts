/**
 * Wallet policies (BIP-388): a template, its keys, and what the wallet allows its signers. Which of
 * the keys is this device's is not decided here.
 */
import { fail, ok, type Outcome } from "../../../protocol/errors.ts";
import type { Allowance } from "../../../protocol/wallet-policy.ts";
import type { Crypto } from "../../hal.ts";
import { asciiBytes, concatBytes, isSame, sha256 } from "../encoding/bytes.ts";
import { BITCOIN_LIMITS } from "../limits.ts";
import type { NetworkName } from "../network.ts";
import { formatTemplate } from "./template/format-template.ts";
import { parseTemplate } from "./template/parse-template.ts";
import { type KeyGroup, leavesOf, type Template } from "./template/template.ts";
import { parseWalletKey, type WalletKey } from "./wallet-key.ts";

/** A policy as it comes in. */
export interface WalletPolicyText {
  readonly name: string;
  readonly template: string;
  readonly keys: readonly string[];
  readonly allows?: readonly Allowance[];
}

/** A policy that was checked. */
export interface WalletPolicy extends Template {
  readonly name: string;
  /** In canonical form: keys as `/**` where their branches are 0 and 1. */
  readonly template: string;
  /** How many keys must sign; for `tr` those of the first leaf. 1 for single keys. */
  readonly threshold: number;
  /** In the order of their placeholders; no two have the same public key. */
  readonly keys: readonly WalletKey[];
  /** Sorted, none twice. */
  readonly allows: readonly Allowance[];
}

/** Why a policy is refused. */
export type WalletPolicyError = "wallet_malformed" | "wallet_unsupported" | "wallet_key_repeated";

/** Printable ASCII without the bar, in words with one space between them. */
const NAME = /^[!-{}~]+(?: [!-{}~]+)*$/;
const LETTER_OR_DIGIT = /[0-9A-Za-z]/;

/** A name may not imitate a screen: its lines may be shown with bars between them. */
const isName = (name: string): boolean =>
  name.length <= BITCOIN_LIMITS.walletNameChars && NAME.test(name) && LETTER_OR_DIGIT.test(name);

/** A key that nobody holds closes the key path of a script tree, and has no other use. */
const mayBeNobodys = (at: number, { tree, expressions }: Template): boolean =>
  tree !== undefined && at === 0 && expressions.filter(({ key }) => key === at).length === 1;

const parseKeys = (
  texts: readonly string[],
  template: Template,
  network: NetworkName,
  crypto: Crypto,
): Outcome<readonly WalletKey[], WalletPolicyError> => {
  const keys: WalletKey[] = [];
  for (const [index, text] of texts.entries()) {
    const key = parseWalletKey(text, network, crypto);
    if (!key.ok) return fail(key.error, { key: index });
    if (key.value.isNobodys && !mayBeNobodys(index, template)) {
      return fail("wallet_unsupported", { key: index });
    }
    const { publicKey } = key.value.node;
    if (keys.some((other) => isSame(other.node.publicKey, publicKey))) {
      return fail("wallet_key_repeated", { key: index });
    }
    keys.push(key.value);
  }
  return ok(keys);
};

/** The group of keys that the wallet is usually spent by; none where it is a single key. */
const groupOf = ({ group, tree }: Template): KeyGroup | undefined =>
  group ?? (tree === undefined ? undefined : leavesOf(tree)[0]);

/** Reads a policy for a network; details name the `key` that is refused, or else the `part`. */
export const parseWalletPolicy = (
  policy: WalletPolicyText,
  network: NetworkName,
  crypto: Crypto,
): Outcome<WalletPolicy, WalletPolicyError> => {
  const { name, allows = [] } = policy;
  if (!isName(name)) return fail("wallet_malformed", { part: "name" });
  const template = parseTemplate(policy.template);
  if (!template.ok) return fail(template.error, { part: "template" });
  const { expressions } = template.value;
  const count = new Set(expressions.map(({ key }) => key)).size;
  if (policy.keys.length !== count) return fail("wallet_malformed", { part: "keys", need: count });
  const keys = parseKeys(policy.keys, template.value, network, crypto);
  if (!keys.ok) return keys;
  return ok({
    ...template.value,
    name,
    template: formatTemplate(template.value),
    threshold: groupOf(template.value)?.threshold ?? 1,
    keys: keys.value,
    allows: [...new Set(allows)].toSorted(),
  });
};

/** A text of at most 65,535 bytes with its length before it, 2 bytes big-endian. */
const withLength = (text: string): Uint8Array =>
  concatBytes(Uint8Array.of(text.length >>> 8, text.length), asciiBytes(text));

/**
 * A wallet's id, 32 bytes: SHA-256 of the ASCII label `mayfly wallet 1`, then the name, the
 * template, each key in canonical form and each allowance, all (the label too) with 2 bytes of
 * length before them. Spelling (`h` or `'`, `/**` or `<0;1>/*`) makes no difference; the name does.
 */
export const walletId = (policy: WalletPolicy, crypto: Crypto): Uint8Array => {
  const { name, template, keys, allows } = policy;
  const texts = [name, template, ...keys.map((key) => key.text), ...allows];
  return sha256(crypto, ...["mayfly wallet 1", ...texts].map(withLength));
};
