/** A wallet that the device knows. */
import { assert } from "../../../protocol/errors.ts";
import type { Deriver } from "./script.ts";
import type { WalletKey } from "./wallet-key.ts";
import type { WalletPolicy } from "./wallet-policy.ts";

/** A wallet this device takes part in. */
export interface RegisteredWallet {
  /** 32 bytes, from `walletId`. */
  readonly id: Uint8Array;
  readonly policy: WalletPolicy;
  /** Which of the policy's keys is this device's: exactly one is. */
  readonly ownKeyIndex: number;
  readonly deriver: Deriver;
}

/** The device's own key of a wallet. */
export const ownKey = (wallet: RegisteredWallet): WalletKey => {
  const key = wallet.policy.keys[wallet.ownKeyIndex];
  assert(key !== undefined, "a registered wallet has the key that is called its own");
  return key;
};

/** Where the device's own key stands in the wallet's template: places in its key expressions. */
export const ownExpressions = ({ policy, ownKeyIndex }: RegisteredWallet): readonly number[] =>
  policy.expressions.flatMap(({ key }, place) => (key === ownKeyIndex ? [place] : []));
