/**
 * Addresses and extended keys per network, on @scure/btc-signer only. This is not what drafting
 * uses: the two must be able to disagree.
 */

import { bytesToHex } from "@noble/hashes/utils.js";
import { Address, NETWORK, OutScript, TEST_NETWORK } from "@scure/btc-signer";
import { NETWORK_NAMES, type NetworkName } from "../withdrawal.ts";
import { attempt } from "./attempt.ts";

const ADDRESS_FORMS = {
  mainnet: NETWORK,
  testnet: TEST_NETWORK,
  signet: TEST_NETWORK,
  regtest: { ...TEST_NETWORK, bech32: "bcrt" },
} as const satisfies Record<NetworkName, typeof NETWORK>;

const MAIN_VERSIONS = { private: 0x0488ade4, public: 0x0488b21e } as const;
const TEST_VERSIONS = { private: 0x04358394, public: 0x043587cf } as const;

/** The version bytes of a network's extended keys, as @scure/bip32 takes them. Source: SLIP-132. */
export const extendedKeyVersions = (
  network: NetworkName,
): { readonly private: number; readonly public: number } =>
  network === "mainnet" ? MAIN_VERSIONS : TEST_VERSIONS;

/**
 * The output script an address stands for, in hex; `undefined` where the address is not one of the
 * network's. Two spellings of one address give one script.
 */
export const scriptOfAddress = (address: string, network: NetworkName): string | undefined =>
  attempt(() => bytesToHex(OutScript.encode(Address(ADDRESS_FORMS[network]).decode(address))));

/** The first network that an address is valid on; `undefined` where there is none. */
export const networkOfAddress = (address: string): NetworkName | undefined =>
  NETWORK_NAMES.find((name) => scriptOfAddress(address, name) !== undefined);
