/** Wallets as the host itself understands them, to hold what devices say of them against. */
import { fail, type Outcome, ok } from "../../protocol/errors.ts";
import { openWallet, type Wallet } from "../vault/index.ts";
import type { WalletPath, WalletPolicy } from "../withdrawal.ts";

/** A policy names no network: keys with test coins' version bytes are read as regtest's. */
export const openOwnWallet = (
  policy: WalletPolicy,
): Outcome<Wallet, "wallet_malformed" | "wallet_unsupported"> => {
  const isMainnet = policy.keys.some((key) => /(?:^|\])xpub/.test(key));
  return openWallet(policy, isMainnet ? "mainnet" : "regtest");
};

const isSame = (left: Uint8Array, right: Uint8Array): boolean =>
  left.length === right.length && left.every((byte, i) => byte === right[i]);

/**
 * Holds a script that a device returned against the one that the host derives.
 *
 * @returns `malformed_reply` where they differ; a policy that the host cannot open is refused by
 * its own name
 */
export const checkOwnScript = (
  policy: WalletPolicy,
  path: WalletPath,
  scriptPubKey: Uint8Array,
): Outcome<undefined> => {
  const wallet = openOwnWallet(policy);
  if (!wallet.ok) return wallet;
  return isSame(wallet.value.address(path).scriptPubKey, scriptPubKey)
    ? ok(undefined)
    : fail("malformed_reply", { why: "the script is not the policy's" });
};
