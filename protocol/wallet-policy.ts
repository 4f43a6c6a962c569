/** A wallet policy (BIP-388) as it travels: to a device that registers it, and in a manifest. */
import { choice, field, list, map, optional, text } from "./cbor/schema.ts";
import { set } from "./cbor/set.ts";
import { LIMITS } from "./limits.ts";

/**
 * What a wallet may allow its signers that is refused otherwise: an amount of segwit v0 without its
 * previous transaction, inputs that are not the wallet's, a fee above the limits, and each sighash
 * besides ALL and DEFAULT.
 */
export const ALLOWANCES = [
  "amounts-unproved",
  "inputs-foreign",
  "fee-high",
  "sighash-none",
  "sighash-single",
  "sighash-anyone-can-pay",
] as const;

/** One of them. */
export type Allowance = (typeof ALLOWANCES)[number];

/** Whether a text names an allowance. */
export const isAllowance = (name: unknown): name is Allowance =>
  ALLOWANCES.some((allowance) => allowance === name);

/** A wallet policy, and what it allows. */
export const WALLET_POLICY = map({
  name: field(0, text(LIMITS.walletName)),
  template: field(1, text(LIMITS.walletTemplate)),
  keys: field(2, list(text(LIMITS.walletKey), LIMITS.walletKeys), "@0, @1 … with their origins"),
  allows: optional(
    3,
    set(choice(...ALLOWANCES), ALLOWANCES.length),
    "what its signers do though it is refused otherwise; absent where nothing",
  ),
});
