/** What distinguishes the Bitcoin networks in addresses and extended keys. */

/** The Bitcoin networks, by their usual names. */
export const NETWORK_NAMES = ["mainnet", "testnet", "signet", "regtest"] as const;

/** A Bitcoin network's name. */
export type NetworkName = (typeof NETWORK_NAMES)[number];

/** A network's prefixes. */
export interface NetworkPrefixes {
  /** The human-readable part of segwit addresses (BIP-173). */
  readonly hrp: string;
  /** Version of a public extended key, 32 bits (BIP-32). */
  readonly xpubVersion: number;
  /** Version byte of P2PKH addresses. */
  readonly publicKeyHash: number;
  /** Version byte of P2SH addresses. */
  readonly scriptHash: number;
}

const TEST_PREFIXES = { xpubVersion: 0x043587cf, publicKeyHash: 0x6f, scriptHash: 0xc4 } as const;

/** The prefixes of each network. */
export const NETWORKS: Readonly<Record<NetworkName, NetworkPrefixes>> = {
  mainnet: { hrp: "bc", xpubVersion: 0x0488b21e, publicKeyHash: 0x00, scriptHash: 0x05 },
  testnet: { hrp: "tb", ...TEST_PREFIXES },
  signet: { hrp: "tb", ...TEST_PREFIXES },
  regtest: { hrp: "bcrt", ...TEST_PREFIXES },
};
