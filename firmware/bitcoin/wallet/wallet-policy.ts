/**
 * Wallet policies (BIP-388), of which one shape is supported: `wsh(sortedmulti(k,@0/**,...))` with
 * 2 to 15 keys that all carry their origin. Which of the keys is this device's is not decided here.
 */
import { fail, ok, type Outcome } from "../../../protocol/errors.ts";
import type { Crypto } from "../../hal.ts";
import { asciiBytes, concatBytes, isSame, sha256 } from "../encoding/bytes.ts";
import { BITCOIN_LIMITS } from "../limits.ts";
import type { NetworkName } from "../network.ts";
import { parseWalletKey, type WalletKey } from "./wallet-key.ts";

/** A policy as it comes in. */
export interface WalletPolicyText {
  readonly name: string;
  readonly template: string;
  readonly keys: readonly string[];
}

/** A policy that was checked. */
export interface WalletPolicy {
  readonly name: string;
  /** In canonical form: every key as `/**`. */
  readonly template: string;
  /** How many of the keys must sign. */
  readonly threshold: number;
  /** In the order of their placeholders. */
  readonly keys: readonly WalletKey[];
}

/** Why a policy is refused. */
export type WalletPolicyError = "wallet_malformed" | "wallet_unsupported" | "wallet_key_repeated";

interface Template {
  readonly threshold: number;
  readonly placeholders: readonly string[];
}

/** Printable ASCII without the bar, in words with one space between them. */
const NAME = /^[!-{}~]+(?: [!-{}~]+)*$/;
const LETTER_OR_DIGIT = /[0-9A-Za-z]/;
const TEMPLATE = /^wsh\(sortedmulti\(([0-9]{1,4}),([^()]*)\)\)$/;
const PLACEHOLDER = /^@([0-9]{1,4})\/(?:\*\*|<0;1>\/\*)$/;
/** What any descriptor template looks like, supported or not. */
const FUNCTION = /^[a-z]+\([!-~]+\)$/;

/** A name may not imitate a screen: its lines may be shown with bars between them. */
const isName = (name: string): boolean =>
  name.length <= BITCOIN_LIMITS.walletNameChars && NAME.test(name) && LETTER_OR_DIGIT.test(name);

/** A wallet of another kind, or no wallet at all? */
const refuseTemplate = (text: string): Outcome<never, WalletPolicyError> => {
  let depth = 0;
  for (const character of text) {
    if (character === "(") depth += 1;
    if (character === ")") depth -= 1;
    if (depth < 0) return fail("wallet_malformed");
  }
  const isTemplate = depth === 0 && FUNCTION.test(text) && text.includes("@");
  return fail(isTemplate ? "wallet_unsupported" : "wallet_malformed");
};

const parseTemplate = (text: string): Outcome<Template, WalletPolicyError> => {
  if (text.length > BITCOIN_LIMITS.walletTemplateChars) return fail("wallet_unsupported");
  const [, threshold, list] = TEMPLATE.exec(text) ?? [];
  if (threshold === undefined || list === undefined) return refuseTemplate(text);
  if (!/^[1-9]/.test(threshold)) return fail("wallet_malformed");
  const placeholders = list.split(",");
  const { walletKeysMin, walletKeysMax } = BITCOIN_LIMITS;
  const isSupported =
    placeholders.length >= walletKeysMin &&
    placeholders.length <= walletKeysMax &&
    placeholders.every((placeholder, at) => PLACEHOLDER.exec(placeholder)?.[1] === `${at}`);
  if (!isSupported) return refuseTemplate(text);
  if (Number(threshold) > placeholders.length) return fail("wallet_malformed");
  return ok({ threshold: Number(threshold), placeholders });
};

const parseKeys = (
  texts: readonly string[],
  network: NetworkName,
  crypto: Crypto,
): Outcome<readonly WalletKey[], WalletPolicyError> => {
  const keys: WalletKey[] = [];
  for (const [index, text] of texts.entries()) {
    const key = parseWalletKey(text, network, crypto);
    if (!key.ok) return fail(key.error, { key: index });
    const { publicKey } = key.value.node;
    if (keys.some((other) => isSame(other.node.publicKey, publicKey))) {
      return fail("wallet_key_repeated", { key: index });
    }
    keys.push(key.value);
  }
  return ok(keys);
};

/** Reads a policy for a network; details name the `key` that is refused. */
export const parseWalletPolicy = (
  policy: WalletPolicyText,
  network: NetworkName,
  crypto: Crypto,
): Outcome<WalletPolicy, WalletPolicyError> => {
  const { name } = policy;
  if (!isName(name)) return fail("wallet_malformed");
  const template = parseTemplate(policy.template);
  if (!template.ok) return template;
  const { threshold, placeholders } = template.value;
  if (policy.keys.length !== placeholders.length) return fail("wallet_malformed");
  const keys = parseKeys(policy.keys, network, crypto);
  if (!keys.ok) return keys;
  const list = placeholders.map((_, index) => `@${index}/**`).join(",");
  return ok({
    name,
    template: `wsh(sortedmulti(${threshold},${list}))`,
    threshold,
    keys: keys.value,
  });
};

/** A text of at most 65,535 bytes with its length before it, 2 bytes big-endian. */
const withLength = (text: string): Uint8Array =>
  concatBytes(Uint8Array.of(text.length >>> 8, text.length), asciiBytes(text));

/**
 * A wallet's id, 32 bytes: SHA-256 of the ASCII label `mayfly wallet 1`, then the name, the
 * template and each key in canonical form, all (the label too) with 2 bytes of length before
 * them. Spelling (`h` or `'`, `/**` or `<0;1>/*`) makes no difference; the name does.
 */
export const walletId = (policy: WalletPolicy, crypto: Crypto): Uint8Array => {
  const texts = [policy.name, policy.template, ...policy.keys.map((key) => key.text)];
  return sha256(crypto, ...["mayfly wallet 1", ...texts].map(withLength));
};
