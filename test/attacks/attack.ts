/** What an attack is, and what holds of every one: its own refusal, whatever the wallet's kind. */
import type { ErrorName } from "../../protocol/errors.ts";
import type { PsbtMaps } from "../agreement/psbt-maps.ts";
import type { Allowance } from "../../protocol/wallet-policy.ts";
import type { ShapeName } from "../agreement/shapes.ts";
import type { AgreementWallet } from "../agreement/wallets.ts";

/** An attack, its refusal, and the wallets that it is tried on. */
export interface Attack {
  readonly claim: string;
  /** The refusal's name. */
  readonly error: ErrorName;
  readonly shapes: readonly ShapeName[];
  /** The versions that can be attacked so; both where it says nothing. */
  readonly versions?: readonly (0 | 2)[];
  /** What the wallet allows, which must not help. */
  readonly allows?: readonly Allowance[];
  /** The attacked PSBT in version 0, which is made into one of version 2 afterwards. */
  readonly make: (wallet: AgreementWallet) => PsbtMaps;
  /** Attacks the PSBT once more in its final version. */
  readonly spoil?: (maps: PsbtMaps) => PsbtMaps;
}

/** Wallets with a BIP-143 digest, which says an amount; all need the previous transaction. */
export const SEGWIT_V0: readonly ShapeName[] = [
  "wpkh",
  "sh-wpkh",
  "wsh sortedmulti",
  "sh-wsh sortedmulti",
];

/** Wallets whose digest says no amount. */
export const LEGACY: readonly ShapeName[] = ["pkh", "sh sortedmulti"];

/** Wallets with a tree of leaves. */
export const TREES: readonly ShapeName[] = [
  "tr 1 leaf, key another's",
  "tr 2 leaves",
  "tr 3 leaves",
];

/** Wallets of BIP-341. */
export const TAPROOT: readonly ShapeName[] = ["tr", ...TREES];

/** All kinds. */
export const ALL: readonly ShapeName[] = [...LEGACY, ...SEGWIT_V0, ...TAPROOT];

/** Wallets of several keys. */
export const MULTI: readonly ShapeName[] = [
  "sh sortedmulti",
  "wsh sortedmulti",
  "sh-wsh sortedmulti",
  ...TREES,
];
