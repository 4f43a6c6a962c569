/** The values that control/ and vault/ hand each other. Data only: neither imports the other. */
import type { Allowance } from "../protocol/wallet-policy.ts";

/** A customer's wish to be paid. */
export interface Withdrawal {
  readonly id: string;
  readonly user: string;
  readonly address: string;
  readonly amountSats: number;
}

/** The four Bitcoin networks, by their usual names. */
export const NETWORK_NAMES = ["mainnet", "testnet", "signet", "regtest"] as const;

/** A Bitcoin network. */
export type NetworkName = (typeof NETWORK_NAMES)[number];

/** A wallet policy as BIP-388 writes it; keys carry their origin: `[fingerprint/path]xpub`. */
export interface WalletPolicy {
  readonly name: string;
  readonly template: string;
  readonly keys: readonly string[];
  /** What the wallet's signers do though it is refused otherwise. */
  readonly allows?: readonly Allowance[];
}

/** An address of the wallet: `branch` 0 receives, 1 takes change. */
export interface WalletPath {
  readonly branch: 0 | 1;
  readonly index: number;
}

/** A coin of the wallet, with the whole transaction that made it. */
export interface Coin extends WalletPath {
  readonly previousTxHex: string;
  readonly vout: number;
  readonly amountSats: number;
}

/** A payment to be made. */
export interface Payment {
  readonly address: string;
  readonly amountSats: number;
}
