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

/** Whether a returned script is the host's own; `malformed_reply` where it is not. */
export type ScriptCheck = (scriptPubKey: Uint8Array) => Outcome<undefined, "malformed_reply">;

/** Derives a policy's script, to hold a returned one against; refused as `openWallet` says. */
export const ownScriptCheck = (
  policy: WalletPolicy,
  path: WalletPath,
): Outcome<ScriptCheck, "wallet_malformed" | "wallet_unsupported"> => {
  const wallet = openOwnWallet(policy);
  if (!wallet.ok) return wallet;
  const own = wallet.value.address(path).scriptPubKey;
  return ok((scriptPubKey) =>
    isSame(own, scriptPubKey)
      ? ok(undefined)
      : fail("malformed_reply", { why: "the script is not the policy's" }),
  );
};
