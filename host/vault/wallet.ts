/**
 * The vault's view of a wallet: a sorted multisig behind P2WSH, opened from its BIP-388 policy.
 * Public keys only; nothing here can sign.
 */

import { hex } from "@scure/base";
import { payments } from "bitcoinjs-lib";
import { assert, fail, ok, type Outcome } from "../../protocol/errors.ts";
import type { NetworkName, WalletPath, WalletPolicy } from "../withdrawal.ts";
import { type KeyNode, NETWORKS } from "./wallet-curve.ts";
import { readWalletKey, type WalletKey } from "./wallet-key.ts";
import { VAULT_LIMITS } from "./wallet-limits.ts";
import { readThreshold } from "./wallet-policy.ts";

/** A public key of one address, and how its signer finds it. */
export interface AddressKey {
  /** The signer's master fingerprint: 8 hex digits. */
  readonly fingerprint: string;
  /** From the master key, such as `m/48'/1'/0'/2'/0/7`. */
  readonly path: string;
  /** 33 bytes, compressed. */
  readonly publicKey: Uint8Array;
}

/** An address of the wallet with all that a PSBT says about it. */
export interface WalletAddress {
  readonly address: string;
  /** `k <keys in lexicographic order> n OP_CHECKMULTISIG` (BIP-67 order). */
  readonly witnessScript: Uint8Array;
  /** `OP_0 <SHA-256 of witnessScript>`, 34 bytes. */
  readonly scriptPubKey: Uint8Array;
  /** In the policy's order of keys. */
  readonly publicKeys: readonly AddressKey[];
}

/** An opened wallet. */
export interface Wallet {
  readonly policy: WalletPolicy;
  readonly network: NetworkName;
  /** How many signatures spend a coin. */
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

const compareBytes = (left: Uint8Array, right: Uint8Array): number =>
  hex.encode(left) < hex.encode(right) ? -1 : 1;

type Branches = readonly [KeyNode, KeyNode];

const deriveAddress = (
  keys: readonly WalletKey[],
  branches: readonly Branches[],
  threshold: number,
  network: NetworkName,
  { branch, index }: WalletPath,
): WalletAddress => {
  const publicKeys = keys.flatMap(({ fingerprint, path }, position) => {
    const publicKey = branches[position]?.[branch].derive(index).publicKey;
    const steps = ["m", path, branch, index].filter((step) => step !== "").join("/");
    return publicKey === undefined ? [] : [{ fingerprint, path: steps, publicKey }];
  });
  const sorted = publicKeys.map((key) => key.publicKey).toSorted(compareBytes);
  const bitcoin = NETWORKS[network];
  const multisig = payments.p2ms({ m: threshold, pubkeys: sorted, network: bitcoin });
  const { address, output } = payments.p2wsh({ redeem: multisig, network: bitcoin });
  const witnessScript = multisig.output;
  assert(
    address !== undefined && output !== undefined && witnessScript !== undefined,
    "keys and threshold make a script and an address",
  );
  return { address, witnessScript, scriptPubKey: output, publicKeys };
};

/** An address book that derives each address once and starts afresh when it is full. */
const addressBook = (
  keys: readonly WalletKey[],
  threshold: number,
  network: NetworkName,
): Wallet["address"] => {
  const branches = keys.map(({ node }): Branches => [node.derive(0), node.derive(1)]);
  const known = new Map<string, WalletAddress>();
  return (path) => {
    assert(isWalletPath(path), "an address is asked for by branch 0 or 1 and unhardened index");
    const name = `${path.branch}/${path.index}`;
    const found = known.get(name);
    if (found !== undefined) return found;
    const derived = deriveAddress(keys, branches, threshold, network, path);
    if (known.size >= VAULT_LIMITS.cachedAddresses) known.clear();
    known.set(name, derived);
    return derived;
  };
};

const isRepeated = (names: readonly string[]): boolean => new Set(names).size < names.length;

/**
 * Opens a wallet policy with the template `wsh(sortedmulti(k,@0/**,@1/**,...))` and keys such as
 * `[d34db33f/48'/1'/0'/2']tpub...`.
 *
 * @returns `wallet_unsupported` for another template, more than `VAULT_LIMITS.walletKeys` keys or
 * two keys of one master (that signer would count twice); `wallet_malformed` with the key's
 * position where a key or its origin doesn't read, is private, repeated or for another network
 */
export const openWallet = (
  policy: WalletPolicy,
  network: NetworkName,
): Outcome<Wallet, "wallet_malformed" | "wallet_unsupported"> => {
  if (policy.name.length > VAULT_LIMITS.walletNameLength) return fail("wallet_malformed");
  const threshold = readThreshold(policy.template, policy.keys.length);
  if (!threshold.ok) return threshold;
  const keys: WalletKey[] = [];
  for (const [position, text] of policy.keys.entries()) {
    const key = readWalletKey(text, network);
    if (key === undefined) return fail("wallet_malformed", { key: position });
    keys.push(key);
  }
  if (isRepeated(keys.map(({ node }) => hex.encode(node.publicKey))))
    return fail("wallet_malformed");
  if (isRepeated(keys.map(({ fingerprint }) => fingerprint))) return fail("wallet_unsupported");
  const address = addressBook(keys, threshold.value, network);
  return ok({ policy, network, threshold: threshold.value, keys, address });
};
