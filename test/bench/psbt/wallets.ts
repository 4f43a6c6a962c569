/** The wallets that the bench spends from: a 2-of-3 of P2WSH, and a key path of P2TR. */
import { mnemonicToSeedSync } from "@scure/bip39";
import {
  createDeriver,
  parseWalletPolicy,
  type RegisteredWallet,
  walletId,
} from "../../../firmware/bitcoin/index.ts";
import type { Crypto } from "../../../firmware/hal.ts";
import { createHolder, hardened, type Holder } from "../../agreement/holders.ts";
import { elementOf, unwrap } from "../../bitcoin/expect-value.ts";

/** The words of the device's seed, which is nobody's. */
export const WORDS = `${"abandon ".repeat(11)}about`;

/** The seed of those words (BIP-39). */
export const SEED: Uint8Array = mnemonicToSeedSync(WORDS);

/** Kinds of wallets, as rows name them. */
export const WALLET_KINDS = ["P2WSH", "P2TR"] as const;

/** One of them. */
export type WalletKind = (typeof WALLET_KINDS)[number];

const SHAPES = {
  P2WSH: {
    template: "wsh(sortedmulti(2,@0/**,@1/**,@2/**))",
    origin: hardened(48, 1, 0, 2),
    seeds: [SEED, new Uint8Array(32).fill(2), new Uint8Array(32).fill(3)],
  },
  P2TR: { template: "tr(@0/**)", origin: hardened(86, 1, 0), seeds: [SEED] },
} as const;

/** A wallet with its holders, the device the first of them. */
export interface BenchedWallet {
  readonly kind: WalletKind;
  readonly holders: readonly Holder[];
  readonly text: { readonly name: string; readonly template: string; readonly keys: string[] };
  /** 4 bytes: the device's own master key's. */
  readonly fingerprint: Uint8Array;
  /** As a device knows it that has derived nothing yet. */
  readonly register: () => RegisteredWallet;
}

/** The wallet of a kind, on a curve. */
export const walletOf = (kind: WalletKind, crypto: Crypto): BenchedWallet => {
  const { template, origin, seeds } = SHAPES[kind];
  const holders = seeds.map((seed) => createHolder(seed, origin));
  const text = { name: kind, template, keys: holders.map(({ keyText }) => keyText) };
  const policy = unwrap(parseWalletPolicy(text, "regtest", crypto));
  const id = walletId(policy, crypto);
  return {
    kind,
    holders,
    text,
    fingerprint: elementOf(policy.keys, 0).fingerprint,
    register: () => ({
      id,
      policy,
      ownKeyIndex: 0,
      deriver: createDeriver(policy, "regtest", crypto),
    }),
  };
};
