/** What tests of wallets take from bitcoinjs-lib and from @scure/btc-signer. */
import * as ecc from "@bitcoinerlab/secp256k1";
import { TEST_NETWORK } from "@scure/btc-signer";
import { initEccLib, networks, type Payment } from "bitcoinjs-lib";

initEccLib(ecc);

/** As bitcoinjs-lib describes the network of these tests. */
export const network = networks.regtest;
/** As @scure/btc-signer does. */
export const SCURE = { ...TEST_NETWORK, bech32: "bcrt" };

/** What others derive for a place; `leaves` in the template's order. */
export interface OtherPlace {
  readonly address: string;
  readonly scriptPubKey: Uint8Array;
  readonly redeemScript?: Uint8Array | undefined;
  readonly witnessScript?: Uint8Array | undefined;
  readonly merkleRoot?: Uint8Array | undefined;
  readonly leaves?: readonly Uint8Array[];
}

/** Public keys, 33 bytes each. */
export type Keys = readonly Uint8Array[];

/** A wallet's template, its keys and how two libraries make its scripts. */
export interface WalletKind {
  readonly template: string;
  /** How many keys it has; `nobodys`: the first is BIP-341's point H. */
  readonly keys: number;
  readonly nobodys?: true;
  /** Key number and branches, one for each expression. */
  readonly expressions: readonly (readonly [key: number, receive: number, change: number])[];
  readonly bitcoinjs: (keys: Keys) => OtherPlace;
  readonly scure: (keys: Keys) => OtherPlace;
}

/** BIP-67's order. */
export const sorted = (keys: Keys): Uint8Array[] =>
  keys.toSorted((a, b) => (a.toHex() < b.toHex() ? -1 : 1));
/** What must be there. */
export const given = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error("the other library derived nothing");
  return value;
};

/** A place of bitcoinjs-lib, with what is behind its hashes. */
export const placeOf = ({ address, output, redeem }: Payment) => ({
  address: given(address),
  scriptPubKey: given(output),
  inner: redeem?.output,
  innermost: redeem?.redeem?.output,
});

/** Expressions of so many keys, each as `/**`. */
export const plain = (count: number) => Array.from({ length: count }, (_, i) => [i, 0, 1] as const);
