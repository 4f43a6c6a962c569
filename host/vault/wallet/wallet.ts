/**
 * The vault's view of a wallet: every address of a BIP-388 policy, with all that spending from it
 * takes but private keys. Nothing here can sign.
 */

import { assert, fail, ok, type Outcome } from "../../../protocol/errors.ts";
import type { NetworkName, WalletPath, WalletPolicy } from "../../withdrawal.ts";
import { type KeyNode, NETWORKS } from "../wallet-curve.ts";
import { VAULT_LIMITS } from "../wallet-limits.ts";
import { readWalletKey, type WalletKey } from "./key.ts";
import { checkPolicy, type PolicyError } from "./policy.ts";
import { type AddressScripts, addressScripts } from "./scripts.ts";
import {
  type KeyExpression,
  keyScriptsOf,
  readTemplate,
  type ScriptKind,
  type Template,
} from "./template.ts";

/** A public key of one address, and how its signer finds it. */
export interface AddressKey {
  /** Index in the policy's list of keys. */
  readonly key: number;
  /** The signer's master fingerprint: 8 hex digits. */
  readonly fingerprint: string;
  /** From the master key, such as `m/48'/1'/0'/2'/0/7`. */
  readonly path: string;
  /** 33 bytes, compressed. */
  readonly publicKey: Uint8Array;
}

/** An address of the wallet with all that a PSBT says about it. */
export interface WalletAddress extends AddressScripts {
  readonly kind: ScriptKind;
  /** One for each key expression, in the template's order: a taproot's internal key first. */
  readonly publicKeys: readonly AddressKey[];
}

/** An opened wallet. */
export interface Wallet {
  readonly policy: WalletPolicy;
  readonly network: NetworkName;
  readonly template: Template;
  /** How many signatures spend a coin; of a taproot with a tree: by the tree's first leaf. */
  readonly threshold: number;
  /** In the policy's order. */
  readonly keys: readonly WalletKey[];
  /** Derives an address, or finds it among those derived before. The path must be in range. */
  readonly address: (path: WalletPath) => WalletAddress;
}

/** Whether a path names an address: a known branch and an unhardened index. */
export const isWalletPath = (path: WalletPath): boolean =>
  (path.branch === 0 || path.branch === 1) &&
  Number.isInteger(path.index) &&
  path.index >= 0 &&
  path.index <= VAULT_LIMITS.addressIndex;

/** A key expression with its key, and that key's nodes of both branches. */
interface Holder extends KeyExpression {
  readonly holder: WalletKey;
  readonly nodes: readonly [receive: KeyNode, change: KeyNode];
}

const holdersOf = (template: Template, keys: readonly WalletKey[]): readonly Holder[] =>
  template.expressions.map(({ key, branches }): Holder => {
    const holder = keys[key];
    assert(holder !== undefined, "a checked template names keys that are there");
    const [receive, change] = branches;
    const nodes = [holder.node.derive(receive), holder.node.derive(change)] as const;
    return { key, branches, holder, nodes };
  });

const deriveAddress = (
  template: Template,
  holders: readonly Holder[],
  network: NetworkName,
  { branch, index }: WalletPath,
): WalletAddress => {
  const publicKeys = holders.map(({ key, branches, holder, nodes }): AddressKey => {
    const steps = ["m", holder.path, branches[branch], index].filter((step) => step !== "");
    const { publicKey } = nodes[branch].derive(index);
    return { key, fingerprint: holder.fingerprint, path: steps.join("/"), publicKey };
  });
  const bytes = publicKeys.map(({ publicKey }) => publicKey);
  const { kind } = template.script;
  return { kind, ...addressScripts(template, bytes, NETWORKS[network]), publicKeys };
};

/** An address book that derives each address once and starts afresh when it is full. */
const addressBook = (
  template: Template,
  keys: readonly WalletKey[],
  network: NetworkName,
): Wallet["address"] => {
  const holders = holdersOf(template, keys);
  const known = new Map<string, WalletAddress>();
  return (path) => {
    assert(isWalletPath(path), "an address is asked for by branch 0 or 1 and unhardened index");
    const name = `${path.branch}/${path.index}`;
    const found = known.get(name);
    if (found !== undefined) return found;
    const derived = deriveAddress(template, holders, network, path);
    if (known.size >= VAULT_LIMITS.cachedAddresses) known.clear();
    known.set(name, derived);
    return derived;
  };
};

/**
 * Opens a wallet policy: a template of `readTemplate` and keys such as
 * `[d34db33f/48'/1'/0'/2']tpub...`.
 *
 * @returns `wallet_unsupported` for another template and what `checkPolicy` names so;
 * `wallet_malformed` with the key's position where a key or its origin doesn't read, is private or
 * for another network, and for what `checkPolicy` names so
 */
export const openWallet = (
  policy: WalletPolicy,
  network: NetworkName,
): Outcome<Wallet, PolicyError> => {
  if (policy.name.length > VAULT_LIMITS.walletNameLength) return fail("wallet_malformed");
  const read = readTemplate(policy.template);
  if (!read.ok) return read;
  const template = read.value;
  const keys: WalletKey[] = [];
  for (const [position, text] of policy.keys.entries()) {
    const key = readWalletKey(text, network);
    if (key === undefined) return fail("wallet_malformed", { key: position });
    keys.push(key);
  }
  const checked = checkPolicy(template, keys);
  if (!checked.ok) return checked;
  const threshold = keyScriptsOf(template)[0]?.threshold ?? 1;
  const address = addressBook(template, keys, network);
  return ok({ policy, network, template, threshold, keys, address });
};
